// Functions of IOLib and of the kernel's C library that drivers call everywhere. None keeps or frees an object.

/// Writes to the system log.
void IOLog([[maplens::reads]] const char *format, ...);
void IOLogv([[maplens::reads]] const char *format, void *arguments);
void kprintf([[maplens::reads]] const char *format, ...);
int printf([[maplens::reads]] const char *format, ...);
int snprintf([[maplens::writes]] char *buffer, size_t size, [[maplens::reads]] const char *format, ...);
int scnprintf([[maplens::writes]] char *buffer, size_t size, [[maplens::reads]] const char *format, ...);
int vsnprintf([[maplens::writes]] char *buffer, size_t size, [[maplens::reads]] const char *format, void *arguments);
int sprintf([[maplens::writes]] char *buffer, [[maplens::reads]] const char *format, ...);
void os_log(void *log, [[maplens::reads]] const char *format, ...);
void os_log_info(void *log, [[maplens::reads]] const char *format, ...);
void os_log_debug(void *log, [[maplens::reads]] const char *format, ...);
void os_log_error(void *log, [[maplens::reads]] const char *format, ...);
void os_log_fault(void *log, [[maplens::reads]] const char *format, ...);
void OSReportWithBacktrace([[maplens::reads]] const char *format, ...);

/// Stops the machine.
[[maplens::noreturn]] void panic([[maplens::reads]] const char *format, ...);
[[maplens::noreturn]] void panic_plain([[maplens::reads]] const char *format, ...);
[[maplens::noreturn]] void IOPanic([[maplens::reads]] const char *reason);
void Debugger([[maplens::reads]] const char *reason);
void OSBacktrace([[maplens::writes]] void **backtrace, unsigned int maxAddresses);
[[maplens::noreturn]] void __builtin_trap();
[[maplens::noreturn]] void __builtin_unreachable();
[[maplens::noreturn]] void abort();

/// What the author takes for granted. Checked by development kernels only; MapLens takes it for granted too.
void assert([[maplens::assumes]] bool expression);
void assertf([[maplens::assumes]] bool expression, [[maplens::reads]] const char *format, ...);
void __builtin_assume([[maplens::assumes]] bool expression);
/// Panics where the expression is false.
void release_assert([[maplens::assumes]] bool expression);

/// Allocates kernel memory. NULL when there is none.
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMalloc(vm_size_t size);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMallocZero(vm_size_t size);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMallocData(vm_size_t size);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMallocZeroData(vm_size_t size);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMallocAligned(vm_size_t size, vm_offset_t alignment);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMallocPageable(vm_size_t size, vm_size_t alignment);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMallocPageableZero(vm_size_t size, vm_size_t alignment);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] [[maplens::deprecated(macos(10.10))]]
void *IOMallocContiguous(vm_size_t size, vm_size_t alignment, [[maplens::writes]] IOPhysicalAddress *physicalAddress);
void IOFree([[maplens::deallocates]] void *address, vm_size_t size);
void IOFreeData([[maplens::deallocates]] void *address, vm_size_t size);
void IOFreeAligned([[maplens::deallocates]] void *address, vm_size_t size);
void IOFreePageable([[maplens::deallocates]] void *address, vm_size_t size);
void IOFreeContiguous([[maplens::deallocates]] void *address, vm_size_t size);

[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *kalloc(vm_size_t size);
void kfree([[maplens::deallocates]] void *address, vm_size_t size);
struct OSMallocTag_t {};
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *OSMalloc(uint32_t size, OSMallocTag_t *tag);
void OSFree([[maplens::deallocates]] void *address, uint32_t size, OSMallocTag_t *tag);

/// What IOMalloc and its like are inside the kernel itself.
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *IOMalloc_internal(void *heap, vm_size_t size, int flags);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]] void *__IOMalloc_internal(void *heap, vm_size_t size, int flags);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]]
void *IOMallocAligned_internal(void *heap, vm_size_t size, vm_size_t alignment, int flags);
[[maplens::allocates]] [[maplens::returns(retained, nullable)]]
void *__IOMallocAligned_internal(void *heap, vm_size_t size, vm_size_t alignment, int flags);

enum {
  VM_FLAGS_FIXED = 0x0,
  VM_FLAGS_ANYWHERE = 0x1,
};
enum {
  VM_INHERIT_SHARE = 0,
  VM_INHERIT_COPY = 1,
  VM_INHERIT_NONE = 2,
};

/// Allocates address space and memory; the address is stored through the pointer.
kern_return_t vm_allocate(vm_map_t map, [[maplens::writes]] vm_offset_t *address, vm_size_t size, int flags);
kern_return_t vm_allocate_kernel(vm_map_t map, [[maplens::writes]] vm_offset_t *address, vm_size_t size, int flags, vm_tag_t tag);
kern_return_t mach_vm_allocate(vm_map_t map, [[maplens::writes]] mach_vm_offset_t *address, mach_vm_size_t size, int flags);
kern_return_t mach_vm_allocate_kernel(vm_map_t map, [[maplens::writes]] mach_vm_offset_t *address, mach_vm_size_t size,
    int flags, vm_tag_t tag);
kern_return_t mach_vm_inherit(vm_map_t map, mach_vm_offset_t address, mach_vm_size_t size, vm_inherit_t inheritance);
kern_return_t vm_protect(vm_map_t map, vm_offset_t address, vm_size_t size, boolean_t setMaximum, vm_prot_t protection);
kern_return_t mach_vm_protect(vm_map_t map, mach_vm_offset_t address, mach_vm_size_t size, boolean_t setMaximum, vm_prot_t protection);
kern_return_t vm_deallocate(vm_map_t map, vm_offset_t address, vm_size_t size);
kern_return_t mach_vm_deallocate(vm_map_t map, mach_vm_offset_t address, mach_vm_size_t size);

void IOSleep(unsigned milliseconds);
void IODelay(unsigned microseconds);
void IOPause(unsigned nanoseconds);
[[maplens::deprecated(macos(10.6))]] IOReturn IOSetProcessorCacheMode([[maplens::task]] task_t task, IOVirtualAddress address,
    IOByteCount length, [[maplens::bits(cache_mode)]] IOOptionBits cacheMode);
IOReturn IOFlushProcessorCache([[maplens::task]] task_t task, IOVirtualAddress address, IOByteCount length);
UInt8 IOMappedRead8(IOPhysicalAddress address);
UInt16 IOMappedRead16(IOPhysicalAddress address);
UInt32 IOMappedRead32(IOPhysicalAddress address);
UInt64 IOMappedRead64(IOPhysicalAddress address);
void IOMappedWrite8(IOPhysicalAddress address, UInt8 value);
void IOMappedWrite16(IOPhysicalAddress address, UInt16 value);
void IOMappedWrite32(IOPhysicalAddress address, UInt32 value);
void IOMappedWrite64(IOPhysicalAddress address, UInt64 value);

void *memcpy([[maplens::writes]] [[maplens::result]] void *to, [[maplens::reads]] const void *from, [[maplens::byte_count]] size_t length);
void *memmove([[maplens::writes]] [[maplens::result]] void *to, [[maplens::reads]] const void *from, [[maplens::byte_count]] size_t length);
void *memset([[maplens::writes]] [[maplens::result]] void *to, int value, [[maplens::byte_count]] size_t length);
int memcmp([[maplens::reads]] const void *a, [[maplens::reads]] const void *b, size_t length);
int memset_s([[maplens::writes]] void *to, size_t size, int value, size_t length);
void bcopy([[maplens::reads]] const void *from, [[maplens::writes]] void *to, [[maplens::byte_count]] size_t length);
void bzero([[maplens::writes]] void *to, [[maplens::byte_count]] size_t length);
void __bzero([[maplens::writes]] void *to, size_t length);
int bcmp([[maplens::reads]] const void *a, [[maplens::reads]] const void *b, size_t length);
size_t strlen([[maplens::reads]] const char *text);
size_t strnlen([[maplens::reads]] const char *text, size_t length);
int strcmp([[maplens::reads]] const char *a, [[maplens::reads]] const char *b);
int strncmp([[maplens::reads]] const char *a, [[maplens::reads]] const char *b, size_t length);
int strcasecmp([[maplens::reads]] const char *a, [[maplens::reads]] const char *b);
int strncasecmp([[maplens::reads]] const char *a, [[maplens::reads]] const char *b, size_t length);
char *strcat([[maplens::writes]] [[maplens::result]] char *to, [[maplens::reads]] const char *from);
char *strncat([[maplens::writes]] [[maplens::result]] char *to, [[maplens::reads]] const char *from, size_t length);
size_t strlcpy([[maplens::writes]] char *to, [[maplens::reads]] const char *from, size_t size);
size_t strlcat([[maplens::writes]] char *to, [[maplens::reads]] const char *from, size_t size);
char *strncpy([[maplens::writes]] [[maplens::result]] char *to, [[maplens::reads]] const char *from, size_t length);
char *strcpy([[maplens::writes]] [[maplens::result]] char *to, [[maplens::reads]] const char *from);
char *strchr([[maplens::reads]] const char *text, int c);
char *strrchr([[maplens::reads]] const char *text, int c);
char *strstr([[maplens::reads]] const char *text, [[maplens::reads]] const char *part);
char *strnstr([[maplens::reads]] const char *text, [[maplens::reads]] const char *part, size_t length);
unsigned long strtoul([[maplens::reads]] const char *text, [[maplens::writes]] char **end, int base);
long strtol([[maplens::reads]] const char *text, [[maplens::writes]] char **end, int base);
int sscanf([[maplens::reads]] const char *text, [[maplens::reads]] const char *format, ...);

/// Copies from the current task's memory. 0 on success.
int copyin(user_addr_t from, [[maplens::writes]] [[maplens::client_data]] void *to, size_t length);
/// Copies into the current task's memory. 0 on success.
int copyout([[maplens::reads]] const void *from, user_addr_t to, size_t length);
/// Copies a string with its end from the current task's memory; tells how many bytes that were. ENAMETOOLONG where it does not fit.
int copyinstr(user_addr_t from, [[maplens::writes]] [[maplens::client_data]] void *to, size_t length, [[maplens::writes]] size_t *copied);

/// True when the sum does not fit; the wrapped sum is stored all the same.
[[maplens::checks]] bool os_add_overflow(unsigned long long a, unsigned long long b, [[maplens::writes]] void *result);
[[maplens::checks]] bool os_sub_overflow(unsigned long long a, unsigned long long b, [[maplens::writes]] void *result);
[[maplens::checks]] bool os_mul_overflow(unsigned long long a, unsigned long long b, [[maplens::writes]] void *result);
[[maplens::checks]] bool os_add3_overflow(unsigned long long a, unsigned long long b, unsigned long long c, [[maplens::writes]] void *result);
[[maplens::checks]] bool os_mul_and_add_overflow(unsigned long long a, unsigned long long b, unsigned long long c, [[maplens::writes]] void *result);
[[maplens::checks]] bool os_convert_overflow(unsigned long long a, [[maplens::writes]] void *result);
[[maplens::checks]] bool __builtin_add_overflow(unsigned long long a, unsigned long long b, [[maplens::writes]] void *result);
[[maplens::checks]] bool __builtin_sub_overflow(unsigned long long a, unsigned long long b, [[maplens::writes]] void *result);
[[maplens::checks]] bool __builtin_mul_overflow(unsigned long long a, unsigned long long b, [[maplens::writes]] void *result);

[[maplens::pure]] int __builtin_clz(unsigned int value);
[[maplens::pure]] int __builtin_clzl(unsigned long value);
[[maplens::pure]] int __builtin_clzll(unsigned long long value);
[[maplens::pure]] int __builtin_ctz(unsigned int value);
[[maplens::pure]] int __builtin_ctzl(unsigned long value);
[[maplens::pure]] int __builtin_ctzll(unsigned long long value);
[[maplens::pure]] int __builtin_popcount(unsigned int value);
[[maplens::pure]] int __builtin_popcountl(unsigned long value);
[[maplens::pure]] int __builtin_popcountll(unsigned long long value);
[[maplens::pure]] int __builtin_ffs(int value);
[[maplens::pure]] int ffs(int value);

// What the macros min and max, and those of std, are called as.
[[maplens::pure]] unsigned long maplens_min(unsigned long a, unsigned long b);
[[maplens::pure]] unsigned long maplens_max(unsigned long a, unsigned long b);
[[maplens::pure]] inline unsigned long ulmin(unsigned long a, unsigned long b) { return a < b ? a : b; }
[[maplens::pure]] inline unsigned long ulmax(unsigned long a, unsigned long b) { return a > b ? a : b; }

[[maplens::pure]] int imin(int a, int b);
[[maplens::pure]] int imax(int a, int b);
[[maplens::pure]] long lmin(long a, long b);
[[maplens::pure]] long lmax(long a, long b);
[[maplens::pure]] int ffsll(unsigned long long value);
[[maplens::pure]] int fls(unsigned int value);
[[maplens::pure]] int flsll(unsigned long long value);

// stdarg.h, where the list is one by its address.
void va_start([[maplens::writes]] void *list);
void va_copy([[maplens::writes]] void *list, void *from);
void va_end(void *list);

// Atomic operations: each yields the value from before.
SInt32 OSIncrementAtomic([[maplens::writes]] volatile SInt32 *address);
SInt32 OSDecrementAtomic([[maplens::writes]] volatile SInt32 *address);
SInt32 OSAddAtomic(SInt32 amount, [[maplens::writes]] volatile SInt32 *address);
SInt64 OSIncrementAtomic64([[maplens::writes]] volatile SInt64 *address);
SInt64 OSDecrementAtomic64([[maplens::writes]] volatile SInt64 *address);
SInt64 OSAddAtomic64(SInt64 amount, [[maplens::writes]] volatile SInt64 *address);
UInt32 OSBitOrAtomic(UInt32 mask, [[maplens::writes]] volatile UInt32 *address);
UInt32 OSBitAndAtomic(UInt32 mask, [[maplens::writes]] volatile UInt32 *address);
bool OSCompareAndSwap(UInt32 oldValue, UInt32 newValue, [[maplens::writes]] volatile UInt32 *address);
bool OSCompareAndSwap64(UInt64 oldValue, UInt64 newValue, [[maplens::writes]] volatile UInt64 *address);
bool OSCompareAndSwapPtr(void *oldValue, [[maplens::keeps(elements)]] void *newValue,
    [[maplens::writes]] void *volatile *address);
void OSSynchronizeIO();
void OSMemoryBarrier();
void __sync_synchronize();

// Byte order.
[[maplens::pure]] UInt16 OSSwapInt16(UInt16 data);
[[maplens::pure]] UInt32 OSSwapInt32(UInt32 data);
[[maplens::pure]] UInt64 OSSwapInt64(UInt64 data);
[[maplens::pure]] inline UInt16 OSSwapHostToLittleInt16(UInt16 data) { return data; }
[[maplens::pure]] inline UInt32 OSSwapHostToLittleInt32(UInt32 data) { return data; }
[[maplens::pure]] inline UInt64 OSSwapHostToLittleInt64(UInt64 data) { return data; }
[[maplens::pure]] inline UInt16 OSSwapLittleToHostInt16(UInt16 data) { return data; }
[[maplens::pure]] inline UInt32 OSSwapLittleToHostInt32(UInt32 data) { return data; }
[[maplens::pure]] inline UInt64 OSSwapLittleToHostInt64(UInt64 data) { return data; }
[[maplens::pure]] UInt16 OSSwapHostToBigInt16(UInt16 data);
[[maplens::pure]] UInt32 OSSwapHostToBigInt32(UInt32 data);
[[maplens::pure]] UInt64 OSSwapHostToBigInt64(UInt64 data);
[[maplens::pure]] UInt16 OSSwapBigToHostInt16(UInt16 data);
[[maplens::pure]] UInt32 OSSwapBigToHostInt32(UInt32 data);
[[maplens::pure]] UInt64 OSSwapBigToHostInt64(UInt64 data);
UInt32 OSReadLittleInt32([[maplens::reads]] const volatile void *base, uintptr_t byteOffset);
UInt16 OSReadLittleInt16([[maplens::reads]] const volatile void *base, uintptr_t byteOffset);
UInt64 OSReadLittleInt64([[maplens::reads]] const volatile void *base, uintptr_t byteOffset);
void OSWriteLittleInt32([[maplens::writes]] volatile void *base, uintptr_t byteOffset, UInt32 data);
void OSWriteLittleInt16([[maplens::writes]] volatile void *base, uintptr_t byteOffset, UInt16 data);
UInt32 OSReadBigInt32([[maplens::reads]] const volatile void *base, uintptr_t byteOffset);
UInt16 OSReadBigInt16([[maplens::reads]] const volatile void *base, uintptr_t byteOffset);
void OSWriteBigInt32([[maplens::writes]] volatile void *base, uintptr_t byteOffset, UInt32 data);
void OSWriteBigInt16([[maplens::writes]] volatile void *base, uintptr_t byteOffset, UInt16 data);
void OSWriteLittleInt64([[maplens::writes]] volatile void *base, uintptr_t byteOffset, UInt64 data);

uint64_t mach_absolute_time();
uint64_t mach_continuous_time();
void clock_get_uptime([[maplens::writes]] uint64_t *result);
void clock_get_system_nanotime([[maplens::writes]] UInt32 *seconds, [[maplens::writes]] UInt32 *nanoseconds);
void clock_get_system_microtime([[maplens::writes]] UInt32 *seconds, [[maplens::writes]] UInt32 *microseconds);
void absolutetime_to_nanoseconds(uint64_t time, [[maplens::writes]] uint64_t *result);
void nanoseconds_to_absolutetime(uint64_t nanoseconds, [[maplens::writes]] uint64_t *result);
void clock_interval_to_deadline(uint32_t interval, uint32_t scale, [[maplens::writes]] uint64_t *result);
void clock_interval_to_absolutetime_interval(uint32_t interval, uint32_t scale, [[maplens::writes]] uint64_t *result);
bool PE_parse_boot_argn([[maplens::reads]] const char *name, [[maplens::writes]] void *value, int size);
bool PE_parse_boot_arg([[maplens::reads]] const char *name, [[maplens::writes]] void *value);
bool preemption_enabled();
bool ml_at_interrupt_context();
bool ml_set_interrupts_enabled([[maplens::interrupts_on]] bool enable);
bool ml_get_interrupts_enabled();

/// Starts a thread; give up the reference to it with thread_deallocate.
kern_return_t kernel_thread_start([[maplens::runs(thread)]] void *function, [[maplens::escapes]] void *parameter, [[maplens::writes]] thread_t *thread);
void thread_deallocate(thread_t thread);

/// Calls a function later, on a thread of the kernel's.
typedef struct thread_call *thread_call_t;
typedef void (*thread_call_func_t)(void *parameter0, void *parameter1);
thread_call_t thread_call_allocate([[maplens::runs(thread)]] thread_call_func_t function, [[maplens::escapes]] void *parameter0);
thread_call_t thread_call_allocate_with_priority([[maplens::runs(thread)]] thread_call_func_t function, [[maplens::escapes]] void *parameter0,
    int priority);
thread_call_t thread_call_allocate_with_options([[maplens::runs(thread)]] thread_call_func_t function, [[maplens::escapes]] void *parameter0,
    int priority, int options);
int thread_terminate(thread_t thread);
