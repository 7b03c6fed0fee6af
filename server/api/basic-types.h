// Integer and handle types that driver sources take for granted. Sizes are those of 64-bit kernels.

typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef long intptr_t;
typedef unsigned long uintptr_t;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long long off_t;
typedef long ptrdiff_t;

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef uint8_t u_int8_t;
typedef uint16_t u_int16_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
typedef unsigned int uint;
typedef unsigned short ushort;

typedef uint8_t UInt8;
typedef uint16_t UInt16;
typedef uint32_t UInt32;
typedef uint64_t UInt64;
typedef int8_t SInt8;
typedef int16_t SInt16;
typedef int32_t SInt32;
typedef int64_t SInt64;
typedef unsigned int UInt;
typedef int SInt;
typedef unsigned char Boolean;
typedef int boolean_t;
typedef UInt64 AbsoluteTime;

typedef int kern_return_t;
typedef kern_return_t IOReturn;
typedef int errno_t;
typedef int OSReturn;

typedef uint64_t addr64_t;
typedef uintptr_t vm_offset_t;
typedef uintptr_t vm_address_t;
typedef uintptr_t vm_size_t;
typedef uintptr_t vm_map_offset_t;
typedef uintptr_t vm_map_address_t;
typedef uintptr_t vm_map_size_t;
typedef uint64_t mach_vm_address_t;
typedef uint64_t mach_vm_offset_t;
typedef uint64_t mach_vm_size_t;
typedef uint64_t memory_object_offset_t;
typedef uint64_t vm_object_offset_t;
typedef int vm_prot_t;
typedef unsigned int vm_inherit_t;
typedef uint32_t vm_tag_t;
typedef uint32_t ppnum_t;
typedef uint64_t user_addr_t;
typedef uint64_t user_size_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef int dev_t;

typedef unsigned int mach_port_t;
typedef unsigned int mach_port_name_t;
typedef unsigned int natural_t;
typedef int integer_t;
typedef struct task *task_t;
typedef struct thread *thread_t;
typedef struct proc *proc_t;
typedef struct _vm_map *vm_map_t;
typedef struct upl *upl_t;
typedef struct semaphore *semaphore_t;
typedef struct pmap *pmap_t;
typedef unsigned int mach_msg_type_number_t;
typedef int vm_region_flavor_t;
typedef int *vm_region_info_t;
typedef void *event_t;

typedef UInt32 IOOptionBits;
typedef SInt32 IOFixed;
typedef UInt32 IOVersion;
typedef UInt32 IOItemCount;
typedef UInt32 IOCacheMode;
typedef UInt32 IOByteCount32;
typedef UInt64 IOByteCount64;
typedef IOByteCount64 IOByteCount;
typedef UInt32 IOPhysicalAddress32;
typedef UInt64 IOPhysicalAddress64;
typedef UInt32 IOPhysicalLength32;
typedef UInt64 IOPhysicalLength64;
typedef IOPhysicalAddress64 IOPhysicalAddress;
typedef IOPhysicalLength64 IOPhysicalLength;
typedef mach_vm_address_t IOVirtualAddress;
typedef IOVirtualAddress IOLogicalAddress;
typedef unsigned int IOAlignment;
typedef unsigned int IODeviceNumber;
typedef IOOptionBits IODirection;
typedef uint64_t io_user_reference_t;
typedef thread_t IOThread;
typedef void (*IOThreadFunc)(void *argument);

/// One piece of virtual memory: where it starts and how many bytes it has.
struct IOVirtualRange {
    IOVirtualAddress address;
    IOByteCount length;
};

/// The same as IOVirtualRange on 64-bit kernels.
typedef IOVirtualRange IOAddressRange;

/// One piece of physical memory.
struct IOPhysicalRange {
    IOPhysicalAddress address;
    IOByteCount length;
};

/// A number and its name, for tables that end with a null name.
struct IONamedValue {
    int value;
    const char *name;
};
