// Smart pointers of libkern. OSPtr<T> is T* unless IOKIT_ENABLE_SHARED_PTR is defined, then OSSharedPtr<T>; the API
// headers use it for returned references, which are +1 either way.

struct [[maplens::tag(retain)]] OSRetainTag {};
struct [[maplens::tag(no_retain)]] OSNoRetainTag {};

/// Take a reference of one's own.
extern const OSRetainTag OSRetain;

/// Take over the reference that the caller owns.
extern const OSNoRetainTag OSNoRetain;

template <typename T>
using OSPtr = T *;

/// Owns one reference and releases it when it goes away.
template <typename T>
class [[maplens::smart_pointer]] OSSharedPtr {
public:
    OSSharedPtr();
    OSSharedPtr(decltype(nullptr));
    OSSharedPtr([[maplens::keeps]] T *pointer, OSRetainTag);
    OSSharedPtr([[maplens::consumes]] T *pointer, OSNoRetainTag);
    OSSharedPtr([[maplens::keeps]] const OSSharedPtr<T> &other);
    OSSharedPtr([[maplens::moves]] OSSharedPtr<T> &&other);

    /// The raw pointer; its reference stays with the smart pointer.
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] T *get() const;

    /// Hands the reference over to the caller and becomes NULL.
    [[maplens::detaches]] [[maplens::returns(retained, nullable)]] T *detach();

    /// Releases what it holds and becomes NULL.
    [[maplens::resets]] void reset();

    /// Releases what it holds and takes a reference of its own to another object.
    [[maplens::resets]] void reset([[maplens::keeps]] T *pointer, OSRetainTag);

    /// Releases what it holds and takes over the caller's reference.
    [[maplens::resets]] void reset([[maplens::consumes]] T *pointer, OSNoRetainTag);

    void swap(OSSharedPtr<T> &other);
};

/// As OSSharedPtr, with retains and releases that carry a tag.
template <typename T, typename Tag>
class [[maplens::smart_pointer]] OSTaggedSharedPtr {
public:
    OSTaggedSharedPtr();
    OSTaggedSharedPtr([[maplens::keeps]] T *pointer, OSRetainTag);
    OSTaggedSharedPtr([[maplens::consumes]] T *pointer, OSNoRetainTag);
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] T *get() const;
    [[maplens::detaches]] [[maplens::returns(retained, nullable)]] T *detach();
    [[maplens::resets]] void reset();
    [[maplens::resets]] void reset([[maplens::keeps]] T *pointer, OSRetainTag);
    [[maplens::resets]] void reset([[maplens::consumes]] T *pointer, OSNoRetainTag);
};

/// A new object in a smart pointer; NULL when memory is short.
template <typename T>
[[maplens::returns(retained, nullable)]] OSSharedPtr<T> OSMakeShared();

/// The same object as another class in a new smart pointer, with a reference of its own; NULL where the class differs.
template <typename T>
[[maplens::cast]] [[maplens::returns(retained, nullable)]] OSSharedPtr<T> OSDynamicPtrCast([[maplens::result]] [[maplens::keeps]] const OSMetaClassBase *object);
