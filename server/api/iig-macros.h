// The words that iig adds to C++ in .iig files. They are ordinary words elsewhere, so they apply to .iig files only.

#define KERNEL
#define NATIVE
#define LOCAL
#define LOCALONLY
#define LOCALHOST
#define REPLY
#define REMOTE
#define CREATENATIVE
#define IIG_SERIALIZABLE
#define PORTMAKESEND
#define PORTCOPYSEND
#define TARGET
#define TYPE(method)
#define ARRAY(count)
#define QUEUENAME(name)
#define INVOKEREPLY(method)
#define EXTENDS(className)
