// Macros of the kernel and its headers, for sources that are read without those headers. A definition in the same file
// goes before the one here. Each expands to C++ that means the same to the checker, not to what the compiler would see.

// libkern: run-time types
#define OSDeclareDefaultStructors(className)
#define OSDeclareDefaultStructorsWithDispatch(className)
#define OSDeclareAbstractStructors(className)
#define OSDeclareAbstractStructorsWithDispatch(className)
#define OSDeclareAbstractStructorsWithDispatchAndNoOperators(className)
#define OSDeclareFinalStructors(className)
#define OSDeclareFinalStructorsWithDispatch(className)
#define OSDeclareCommonStructors(className)
#define OSDeclareCommonStructorsWithDispatch(className)
#define OSDefineMetaClassAndStructors(className, superclassName)
#define OSDefineMetaClassAndAbstractStructors(className, superclassName)
#define OSDefineMetaClassAndFinalStructors(className, superclassName)
#define OSDefineBasicStructors(className, superclassName)
#define OSDefineDefaultStructors(className, superclassName)
#define OSDefineAbstractStructors(className, superclassName)
#define OSDefineFinalStructors(className, superclassName)
#define OSDefineMetaClassAndStructors2(...)
#define OSDefineMetaClassAndStructorsWithZone(...)
#define OSDefineMetaClassWithInit(...)
#define OSDefineMetaClass(...)
#define OSDefineAbstractMetaClass(...)
#define OSDefineMetaClassAndStructorsWithInit(...)
#define OSDefineMetaClassAndAbstractStructorsWithInit(...)
#define OSDefineMetaClassAndFinalStructorsWithInit(...)
#define OSDefineMetaClassAndStructorsWithInitAndZone(...)
#define OSMetaClassConstructorInit(...)
#define OSDefineOperatorMethods(...)
#define OSMetaClassDeclareReservedUnused(...)
#define OSMetaClassDeclareReservedUsed(...)
#define OSMetaClassDeclareReservedUsedX86(...)
#define OSMetaClassDefineReservedUnused(...)
#define OSMetaClassDefineReservedUsed(...)
#define OSMetaClassDefineReservedUsedX86(...)
#define OSMetaClassDeclareReservedUsedARM(...)
#define OSMetaClassDefineReservedUsedARM(...)
#define OSTypeAlloc(type) (new type)
#define OSTypeAllocAlways(type) (new type)
#define OSTypeID(type) (type::metaClass)
#define OSMTypeID(type) (type::metaClass)
#define OSTypeIDInst(inst) ((inst)->getMetaClass())
#define OSDynamicCast(type, inst) (OSDynamicCast<type>(inst))
#define OSRequiredCast(type, inst) (OSRequiredCast<type>(inst))
#define OSSafeRelease(inst) do { if (inst) { (inst)->release(); } } while (0)
#define OSSafeReleaseNULL(inst) do { if (inst) { (inst)->release(); (inst) = NULL; } } while (0)
#define OSMemberFunctionCast(type, self, function) (reinterpret_cast<type>(function))
#define OSCheckTypeInst(typeinst, inst) (OSMetaClassBase::checkTypeInst((inst), (typeinst)))
#define APPLE_KEXT_OVERRIDE override
#define APPLE_KEXT_COMPATIBILITY_OVERRIDE override
#define APPLE_KEXT_COMPATIBILITY_VIRTUAL
#define APPLE_KEXT_COMPATIBILITY
#define APPLE_KEXT_DEPRECATED
#define APPLE_KEXT_WSHADOW_PUSH
#define APPLE_KEXT_WSHADOW_POP
#define LIBKERN_RETURNS_RETAINED __attribute__((os_returns_retained))
#define LIBKERN_RETURNS_NOT_RETAINED __attribute__((os_returns_not_retained))
#define LIBKERN_RETURNS_RETAINED_ON_ZERO __attribute__((os_returns_retained_on_zero))
#define LIBKERN_RETURNS_RETAINED_ON_NONZERO __attribute__((os_returns_retained_on_non_zero))
#define LIBKERN_CONSUMED __attribute__((os_consumed))
#define LIBKERN_CONSUMES_THIS __attribute__((os_consumes_this))
#define DRIVERKIT_RETURNS_RETAINED __attribute__((os_returns_retained))
#define DRIVERKIT_RETURNS_NOT_RETAINED __attribute__((os_returns_not_retained))
#define DRIVERKIT_RETURNS_RETAINED_ON_ZERO __attribute__((os_returns_retained_on_zero))
#define DRIVERKIT_CONSUMED __attribute__((os_consumed))
#define DRIVERKIT_CONSUMES_THIS __attribute__((os_consumes_this))
#define MIG_SERVER_ROUTINE
#define OSCONTAINER_ACCUMSIZE(size)
#define IOSTATISTICS_SKIP(...)
#define APPLE_KEXT_LEGACY_ABI 0
#define APPLE_KEXT_VTABLE_PADDING 1

// IOKit: allocation and arithmetic
#define IONew(type, count) ((type *)IOMalloc(sizeof(type) * (count)))
#define IONewZero(type, count) ((type *)IOMallocZero(sizeof(type) * (count)))
#define IONewData(type, count) ((type *)IOMallocData(sizeof(type) * (count)))
#define IONewZeroData(type, count) ((type *)IOMallocZeroData(sizeof(type) * (count)))
#define IODelete(ptr, type, count) IOFree((ptr), sizeof(type) * (count))
#define IODeleteData(ptr, type, count) IOFreeData((ptr), sizeof(type) * (count))
#define IOSafeDeleteNULL(ptr, type, count) do { if (ptr) { IOFree((ptr), sizeof(type) * (count)); (ptr) = NULL; } } while (0)
#define IOMallocType(type) ((type *)IOMallocZero(sizeof(type)))
#define IOFreeType(element, type) IOFree((element), sizeof(type))
#define IORound(value, multiple) ((((value) + (multiple) - 1) / (multiple)) * (multiple))
#define IOTrunc(value, multiple) (((value) / (multiple)) * (multiple))
#define IOThreadSelf() (current_thread())
#define IODeclareTypedOperators(type)
#define IODefineTypedOperators(type)
#define IOOverrideTypedOperators(type)
#define IODeclareTypedOperatorsSupportingArrayOperators(type)
#define IODefineTypedOperatorsSupportingArrayOperators(type)
#define IOOverrideTypedOperatorsSupportingArrayOperators(type)
#define IO_COMMAND_GATE_ACTION(method) (method)

// DriverKit: what iig adds to declarations (in .iig files these are macros of iig-macros.h) and definitions
#define IMPL(className, method) className::method(maplens_iig_parameters)

// Arithmetic and branches
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#define howmany(x, y) ((((x) % (y)) == 0) ? ((x) / (y)) : (((x) / (y)) + 1))
#define roundup(x, y) ((((x) % (y)) == 0) ? (x) : ((x) + ((y) - ((x) % (y)))))
#define __probable(x) (x)
#define __improbable(x) (x)
#define os_likely(x) (x)
#define os_unlikely(x) (x)
#define OS_EXPECT_TRUE(x) (x)
#define fastpath(x) (x)
#define slowpath(x) (x)
#define os_fastpath(x) (x)
#define os_slowpath(x) (x)
#define __IGNORE_WCASTALIGN(x) (x)
#define __unsafe_forge_single_trivial(x) (x)
#define __builtin_expect(x, value) (x)
#define ISSET(value, flag) ((value) & (flag))

// Limits of the integer types (stdint.h, limits.h)
#define INT8_MAX 127
#define INT16_MAX 32767
#define INT32_MAX 2147483647
#define INT64_MAX 9223372036854775807LL
#define INT8_MIN (-128)
#define INT16_MIN (-32768)
#define INT32_MIN (-2147483647 - 1)
#define INT64_MIN (-9223372036854775807LL - 1)
#define UINT8_MAX 255
#define UINT16_MAX 65535
#define UINT32_MAX 4294967295U
#define UINT64_MAX 18446744073709551615ULL
#define UINTPTR_MAX 18446744073709551615UL
#define SIZE_MAX 18446744073709551615UL
#define SIZE_T_MAX 18446744073709551615UL
#define CHAR_BIT 8
#define INT_MAX 2147483647
#define INT_MIN (-2147483647 - 1)
#define UINT_MAX 4294967295U
#define LONG_MAX 9223372036854775807L
#define ULONG_MAX 18446744073709551615UL
#define LLONG_MAX 9223372036854775807LL
#define ULLONG_MAX 18446744073709551615ULL

// Time (libkern/libkern/OSBase.h, osfmk/mach/clock_types.h)
#define AbsoluteTime_to_scalar(x) (*(uint64_t *)(x))
#define CMP_ABSOLUTETIME(t1, t2) (AbsoluteTime_to_scalar(t1) > AbsoluteTime_to_scalar(t2) ? 1 : (AbsoluteTime_to_scalar(t1) < AbsoluteTime_to_scalar(t2) ? -1 : 0))
#define ADD_ABSOLUTETIME(t1, t2) (AbsoluteTime_to_scalar(t1) += AbsoluteTime_to_scalar(t2))
#define SUB_ABSOLUTETIME(t1, t2) (AbsoluteTime_to_scalar(t1) -= AbsoluteTime_to_scalar(t2))
#define NSEC_PER_USEC 1000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC 1000000000ull
#define USEC_PER_SEC 1000000ull

// osfmk/mach/boolean.h
#define TRUE 1
#define FALSE 0

// Lengths of names (bsd/net/if.h, bsd/sys/param.h with bsd/sys/syslimits.h)
#define IFNAMSIZ 16
#define MAXPATHLEN 1024

// Pages. page_size is the machine's: 16 KiB on arm64, 4 KiB on x86_64
#define PAGE_SIZE page_size
#define PAGE_MASK (page_size - 1)
#define PAGE_SHIFT page_shift
#define PAGE_SIZE_64 ((unsigned long long)page_size)
#define PAGE_MASK_64 ((unsigned long long)page_size - 1)
#define round_page(x) (((((vm_offset_t)(x)) + page_size - 1)) & ~((vm_offset_t)page_size - 1))
#define round_page_64(x) (((((unsigned long long)(x)) + page_size - 1)) & ~((unsigned long long)page_size - 1))
#define mach_vm_round_page(x) (((((mach_vm_offset_t)(x)) + page_size - 1)) & ~((mach_vm_offset_t)page_size - 1))
#define trunc_page(x) (((vm_offset_t)(x)) & ~((vm_offset_t)page_size - 1))
#define trunc_page_64(x) (((unsigned long long)(x)) & ~((unsigned long long)page_size - 1))
#define mach_vm_trunc_page(x) (((mach_vm_offset_t)(x)) & ~((mach_vm_offset_t)page_size - 1))
#define atop(x) ((x) >> page_shift)
#define ptoa(x) ((x) << page_shift)
#define page_aligned(x) ((((vm_offset_t)(x)) & (page_size - 1)) == 0)
#define I386_PGBYTES 4096
#define NBPG 4096

// Results
#define err_none 0
#define err_get_code(e) ((e) & 0x3fff)
#define err_get_sub(e) (((e) >> 14) & 0xfff)
#define err_get_system(e) (((e) >> 26) & 0x3f)
#define err_system(x) ((signed)((((unsigned)(x)) & 0x3f) << 26))
#define err_sub(x) (((x) & 0xfff) << 14)
#define sys_iokit err_system(0x38)
#define iokit_common_err(code) ((signed)(0xe0000000 | (code)))
#define iokit_vendor_specific_err(code) ((signed)(0xe3ff8000 | (code)))
#define iokit_family_err(sub, code) ((signed)(0xe0000000 | (sub) | (code)))
#define iokit_common_msg(message) ((unsigned)(0xe0000000 | (message)))
#define iokit_vendor_specific_msg(message) ((unsigned)(0xe3ff8000 | (message)))
#define iokit_family_msg(sub, message) ((unsigned)(0xe0000000 | (sub) | (message)))
#define assert_static(...)

// C library and language
#define __BEGIN_DECLS
#define __END_DECLS
#define OS_INLINE static inline
#define OS_NOINLINE
#define __header_inline inline
#define __header_always_inline inline
#define __private_extern__ extern
#define __inline inline
#define __inline__ inline
#define __signed signed
#define __signed__ signed
#define __const const
#define __volatile volatile
#define __volatile__ volatile
#define __restrict
#define __restrict__
#define __extension__
#define __unused
#define __used
#define __cold
#define __hot
#define __exported
#define __exported_hidden
#define __deprecated
#define __unavailable
#define __abortlike
#define __dead2
#define __dead
#define __pure2
#define __pure
#define __stateful_pure
#define __result_use_check
#define __attribute_unused__
#define __nonnull
#define _Nullable
#define _Nonnull
#define _Null_unspecified
#define __nullable
#define __single
#define __indexable
#define __bidi_indexable
#define __unsafe_indexable
#define __null_terminated
#define __xnu_data_size
#define __xnu_returns_data_pointer
#define __kernel_ptr_semantics
#define __kernel_data_semantics
#define __kernel_dual_semantics
#define __user_ptr
#define __assert_only
#define __security_const_late
#define __startup_func
#define __startup_data
#define __mockable
#define __mockable_static
#define __enum_open
#define __enum_closed
#define __flag_enum
#define __enum_options
#define __weak_import
#define __no_kcov
#define OS_ALWAYS_INLINE
#define OS_WARN_RESULT
#define OS_WARN_RESULT_NEEDS_RELEASE
#define OS_EXPORT
#define OS_NORETURN
#define OS_NOTHROW
#define OS_NONNULL1
#define OS_NONNULL2
#define OS_NONNULL3
#define OS_NONNULL_ALL
#define OS_CONST
#define OS_PURE
#define OS_MALLOC
#define OS_USED
#define OS_UNUSED
#define OS_WEAK
#define OS_WEAK_IMPORT
#define OS_TRANSPARENT_UNION
#define OS_OBJECT_RETURNS_RETAINED
#define OS_REFINED_FOR_SWIFT
#define OS_SWIFT_UNAVAILABLE_FROM_ASYNC
#define OS_HEADER_INDEXABLE
#define BLOCK_EXPORT
#define CF_RETURNS_RETAINED
#define CF_RETURNS_NOT_RETAINED
#define CF_CONSUMED
#define CF_NOESCAPE
#define NS_RETURNS_RETAINED
#define NS_CONSUMED
#define MARK_AS_HIBERNATE_TEXT
#define MARK_AS_HIBERNATE_DATA
#define MARK_AS_HIBERNATE_DATA_CONST_LATE
#define DEPRECATED_ATTRIBUTE
#define UNAVAILABLE_ATTRIBUTE
#define WEAK_IMPORT_ATTRIBUTE
#define __kpi_deprecated_arm64_macos_unavailable
#define __kpi_unavailable
#define __typed_allocators_ignore_push
#define __typed_allocators_ignore_pop
#define __ASSUME_PTR_ABI_SINGLE_BEGIN
#define __ASSUME_PTR_ABI_SINGLE_END
#define OS_ASSUME_NONNULL_BEGIN
#define OS_ASSUME_NONNULL_END
#define CF_ASSUME_NONNULL_BEGIN
#define CF_ASSUME_NONNULL_END
#define NS_ASSUME_NONNULL_BEGIN
#define NS_ASSUME_NONNULL_END
#define CF_EXTERN_C_BEGIN
#define CF_EXTERN_C_END
#define CF_IMPLICIT_BRIDGING_ENABLED
#define CF_IMPLICIT_BRIDGING_DISABLED
#define CF_EXPORT extern
#define CF_INLINE static inline
#define __printflike(...)
#define __scanflike(...)
#define __osloglike(...)
#define __printf0like(...)
#define __counted_by(...)
#define __sized_by(...)
#define __sized_by_or_null(...)
#define __counted_by_or_null(...)
#define __ended_by(...)
#define __counted_by_const(...)
#define __terminated_by(...)
#define __kpi_deprecated(...)
#define __deprecated_msg(...)
#define __deprecated_enum_msg(...)
#define __swift_unavailable(...)
#define __swift_name(...)
#define __ptrauth(...)
#define XNU_PTRAUTH_SIGNED_FUNCTION_PTR(...)
#define XNU_PTRAUTH_SIGNED_PTR(...)
#define OS_PTRAUTH_SIGNED_PTR(...)
#define OS_PTRAUTH_SIGNED_PTR_AUTH_NULL(...)
#define __nonnull_args(...)
#define __alloc_size(...)
#define __alloc_align(...)
#define __attribute_malloc__(...)
#define __not_in_dyld(...)
#define OS_REFINE(...)
#define OS_AVAILABILITY(...)
#define OS_FORMAT_PRINTF(...)
#define OS_FORMAT(...)
#define OS_PRINTF_LIKE(...)
#define OS_WARN_UNUSED(...)
#define __DARWIN_ALIAS(...)
#define __DARWIN_ALIAS_C(...)
#define __DARWIN_INODE64(...)
#define __DARWIN_EXTSN(...)
#define __guarded_by(...)
#define __pointer_fixup(...)
#define CF_AVAILABLE(...)
#define CF_AVAILABLE_MAC(...)
#define CF_DEPRECATED(...)
#define CF_DEPRECATED_MAC(...)
#define CF_SWIFT_NAME(...)
#define CF_FORMAT_FUNCTION(...)
#define NS_AVAILABLE(...)
#define NS_AVAILABLE_MAC(...)
#define NS_DEPRECATED(...)
#define NS_DEPRECATED_MAC(...)

// Availability
#define API_AVAILABLE(...)
#define API_DEPRECATED(...)
#define API_DEPRECATED_WITH_REPLACEMENT(...)
#define API_UNAVAILABLE(...)
#define API_OBSOLETED(...)
#define SPI_AVAILABLE(...)
#define SPI_DEPRECATED(...)
#define __API_AVAILABLE(...)
#define __API_DEPRECATED(...)
#define __API_DEPRECATED_WITH_REPLACEMENT(...)
#define __API_UNAVAILABLE(...)
#define __SPI_AVAILABLE(...)
#define __OSX_AVAILABLE(...)
#define __IOS_AVAILABLE(...)
#define __TVOS_AVAILABLE(...)
#define __WATCHOS_AVAILABLE(...)
#define __BRIDGEOS_AVAILABLE(...)
#define __DRIVERKIT_AVAILABLE(...)
#define __OSX_AVAILABLE_STARTING(...)
#define __OSX_AVAILABLE_BUT_DEPRECATED(...)
#define __OSX_AVAILABLE_BUT_DEPRECATED_MSG(...)
#define __OSX_DEPRECATED(...)
#define __OSX_UNAVAILABLE
#define __IOS_PROHIBITED
#define __IOS_UNAVAILABLE
#define __WATCHOS_UNAVAILABLE
#define __WATCHOS_PROHIBITED
#define __TVOS_UNAVAILABLE
#define __TVOS_PROHIBITED
#define __OS_AVAILABILITY(...)
#define __OS_AVAILABILITY_MSG(...)
#define API_AVAILABLE_BEGIN(...)
#define API_DEPRECATED_BEGIN(...)
#define API_UNAVAILABLE_BEGIN(...)
#define API_AVAILABLE_END
#define API_DEPRECATED_END
#define API_UNAVAILABLE_END
#define AVAILABLE_MAC_OS_X_VERSION_10_0_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_0_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_0_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_1_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_1_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_1_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_2_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_2_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_2_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_3_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_3_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_3_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_4_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_4_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_4_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_5_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_5_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_5_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_6_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_6_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_6_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_7_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_7_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_7_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_8_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_8_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_8_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_9_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_9_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_9_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_10_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_10_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_10_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_11_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_11_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_11_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_12_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_12_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_12_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_13_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_13_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_13_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_14_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_14_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_14_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_15_AND_LATER
#define AVAILABLE_MAC_OS_X_VERSION_10_15_AND_LATER_BUT_DEPRECATED
#define DEPRECATED_IN_MAC_OS_X_VERSION_10_15_AND_LATER

// Enumerations and small kernel definitions
#define __enum_decl(name, type, ...) typedef enum : type __VA_ARGS__ name
#define __enum_closed_decl(name, type, ...) typedef enum : type __VA_ARGS__ name
#define __options_decl(name, type, ...) typedef enum : type __VA_ARGS__ name
#define __options_closed_decl(name, type, ...) typedef enum : type __VA_ARGS__ name
#define OS_ENUM(name, type, ...) typedef enum : type { __VA_ARGS__ } name##_t
#define OS_CLOSED_ENUM(name, type, ...) typedef enum : type { __VA_ARGS__ } name##_t
#define OS_OPTIONS(name, type, ...) typedef enum : type { __VA_ARGS__ } name##_t
#define OS_CLOSED_OPTIONS(name, type, ...) typedef enum : type { __VA_ARGS__ } name##_t
#define CF_ENUM(type, name) enum name : type name; enum name : type
#define CF_OPTIONS(type, name) enum name : type name; enum name : type
#define NS_ENUM(type, name) enum name : type name; enum name : type
#define NS_OPTIONS(type, name) enum name : type name; enum name : type
#define SECURITY_READ_ONLY_LATE(type) type
#define SECURITY_READ_ONLY_EARLY(type) type
#define SECURITY_READ_ONLY_SPECIAL_SECTION(type, section) type
#define SECURITY_READ_WRITE_SPECIAL_SECTION(type, section) type
#define LCK_GRP_DECLARE(variable, name, ...) static lck_grp_t variable
#define LCK_ATTR_DECLARE(variable, ...) static lck_attr_t variable
#define LCK_MTX_DECLARE(variable, ...) static lck_mtx_t variable
#define LCK_SPIN_DECLARE(variable, ...) static lck_spin_t variable
#define LCK_RW_DECLARE(variable, ...) static lck_rw_t variable
#define LCK_TICKET_DECLARE(variable, ...) static lck_ticket_t variable
#define LCK_MTX_DECLARE_ATTR(variable, ...) static lck_mtx_t variable
#define TUNABLE(type, variable, key, initial) static type variable = initial
#define TUNABLE_WRITEABLE(type, variable, key, initial) static type variable = initial
#define TUNABLE_DT(type, variable, path, property, key, initial, flags) static type variable = initial
#define TUNABLE_DT_WRITEABLE(type, variable, path, property, key, initial, flags) static type variable = initial
#define SCALABLE_COUNTER_DEFINE(name) scalable_counter_t name
#define SCALABLE_COUNTER_DECLARE(name) extern scalable_counter_t name
#define KALLOC_TYPE_DEFINE(variable, type, flags) struct kalloc_type_view variable
#define ZONE_DEFINE(variable, ...) static zone_t variable
#define ZONE_DEFINE_TYPE(variable, ...) static zone_t variable
#define ZONE_DECLARE(variable, type) extern zone_t variable
#define os_refgrp_decl(qualifier, variable, name, parent) qualifier struct os_refgrp variable
#define os_refgrp_decl_extern(variable) extern struct os_refgrp variable
#define decl_simple_lock_data(class, name) class simple_lock_data_t name
#define decl_lck_mtx_data(class, name) class lck_mtx_t name;
#define decl_lck_spin_data(class, name) class lck_spin_t name;
#define decl_lck_rw_data(class, name) class lck_rw_t name;
#define STARTUP(...)
#define STARTUP_ARG(...)
#define SYSCTL_PROC(...)
#define SYSCTL_INT(...)
#define SYSCTL_UINT(...)
#define SYSCTL_LONG(...)
#define SYSCTL_ULONG(...)
#define SYSCTL_QUAD(...)
#define SYSCTL_STRING(...)
#define SYSCTL_STRUCT(...)
#define SYSCTL_OPAQUE(...)
#define SYSCTL_NODE(...)
#define SYSCTL_DECL(...)
#define SYSCTL_COMPAT_INT(...)
#define SYSCTL_COMPAT_UINT(...)
#define SYSCTL_SCALABLE_COUNTER(...)
#define SYSCTL_TEST_REGISTER(...)
#define EXPERIMENT_FACTOR_INT(...)
#define EXPERIMENT_FACTOR_UINT(...)
#define EXPERIMENT_FACTOR_PROC(...)
#define KMOD_EXPLICIT_DECL(...)
#define KMOD_DECL(...)
#define COMPILER_ASSERT(...)
#define __COPYRIGHT(...)
#define __RCSID(...)
#define __FBSDID(...)
#define __KERNEL_RCSID(...)
#define SDT_PROBE_DEFINE(...)
#define MODULE_VERSION(...)
#define __CONCAT(x, y) x##y
#define __STRING(x) #x
#define __offsetof(type, field) ((size_t)(&((type *)0)->field))
#define offsetof(type, field) ((size_t)(&((type *)0)->field))
#define __container_of(pointer, type, field) ((type *)((char *)(pointer) - offsetof(type, field)))
#define __unsafe_forge_single(type, pointer) ((type)(pointer))
#define __unsafe_forge_bidi_indexable(type, pointer, size) ((type)(pointer))
#define __unsafe_forge_null_terminated(type, pointer) ((type)(pointer))
#define __DECONST(type, value) ((type)(uintptr_t)(const void *)(value))
#define CAST_USER_ADDR_T(address) ((user_addr_t)(uintptr_t)(address))
#define CAST_DOWN(type, address) ((type)(uintptr_t)(address))
#define CAST_DOWN_EXPLICIT(type, address) ((type)(uintptr_t)(address))
#define VM_KERNEL_ADDRHIDE(address) ((uintptr_t)(address))
#define VM_KERNEL_UNSLIDE(address) ((uintptr_t)(address))
#define VM_KERNEL_UNSLIDE_OR_PERM(address) ((uintptr_t)(address))
#define VM_KERNEL_ADDRPERM(address) ((uintptr_t)(address))
#define VM_KERNEL_STRIP_PTR(address) ((uintptr_t)(address))
#define VM_KERNEL_STRIP_UPTR(address) ((uintptr_t)(address))
#define VM_KERNEL_SLIDE(address) ((uintptr_t)(address))
#define KERNEL_DEBUG_CONSTANT(...) do { } while (0)
#define KERNEL_DEBUG_CONSTANT_IST(...) do { } while (0)
#define KDBG(...) do { } while (0)
#define KDBG_RELEASE(...) do { } while (0)

// Queues of the kernel and of <sys/queue.h>
#define queue_iterate(head, element, type, field) for ((element) = (type)(void *)(head)->next; (void *)(element) != (void *)(head); (element) = (type)(void *)(element)->field.next)
#define qe_foreach(element, head) for ((element) = (head)->next; (element) != (head); (element) = (element)->next)
#define qe_foreach_safe(element, head) for ((element) = (head)->next; (element) != (head); (element) = (element)->next)
#define qe_foreach_element(element, head, field) for ((element) = queue_first_element(head); (element); (element) = queue_next_element(element))
#define qe_foreach_element_safe(element, head, field) for ((element) = queue_first_element(head); (element); (element) = queue_next_element(element))
#define SLIST_FIRST(head) ((head)->slh_first)
#define SLIST_NEXT(element, field) ((element)->field.sle_next)
#define SLIST_EMPTY(head) ((head)->slh_first == NULL)
#define SLIST_FOREACH(element, head, field) for ((element) = ((head)->slh_first); (element); (element) = ((element)->field.sle_next))
#define SLIST_FOREACH_SAFE(element, head, field, next) for ((element) = ((head)->slh_first); (element) && ((next) = ((element)->field.sle_next), 1); (element) = (next))
#define LIST_FIRST(head) ((head)->lh_first)
#define LIST_NEXT(element, field) ((element)->field.le_next)
#define LIST_EMPTY(head) ((head)->lh_first == NULL)
#define LIST_FOREACH(element, head, field) for ((element) = ((head)->lh_first); (element); (element) = ((element)->field.le_next))
#define LIST_FOREACH_SAFE(element, head, field, next) for ((element) = ((head)->lh_first); (element) && ((next) = ((element)->field.le_next), 1); (element) = (next))
#define STAILQ_FIRST(head) ((head)->stqh_first)
#define STAILQ_NEXT(element, field) ((element)->field.stqe_next)
#define STAILQ_EMPTY(head) ((head)->stqh_first == NULL)
#define STAILQ_FOREACH(element, head, field) for ((element) = ((head)->stqh_first); (element); (element) = ((element)->field.stqe_next))
#define STAILQ_FOREACH_SAFE(element, head, field, next) for ((element) = ((head)->stqh_first); (element) && ((next) = ((element)->field.stqe_next), 1); (element) = (next))
#define TAILQ_FIRST(head) ((head)->tqh_first)
#define TAILQ_NEXT(element, field) ((element)->field.tqe_next)
#define TAILQ_EMPTY(head) ((head)->tqh_first == NULL)
#define TAILQ_FOREACH(element, head, field) for ((element) = ((head)->tqh_first); (element); (element) = ((element)->field.tqe_next))
#define TAILQ_FOREACH_SAFE(element, head, field, next) for ((element) = ((head)->tqh_first); (element) && ((next) = ((element)->field.tqe_next), 1); (element) = (next))
#define SIMPLEQ_FIRST(head) ((head)->sqh_first)
#define SIMPLEQ_NEXT(element, field) ((element)->field.sqe_next)
#define SIMPLEQ_EMPTY(head) ((head)->sqh_first == NULL)
#define SIMPLEQ_FOREACH(element, head, field) for ((element) = ((head)->sqh_first); (element); (element) = ((element)->field.sqe_next))
#define SIMPLEQ_FOREACH_SAFE(element, head, field, next) for ((element) = ((head)->sqh_first); (element) && ((next) = ((element)->field.sqe_next), 1); (element) = (next))
#define SLIST_HEAD(name, type) struct name { struct type *slh_first; }
#define SLIST_ENTRY(type) struct { struct type *sle_next; }
#define LIST_HEAD(name, type) struct name { struct type *lh_first; }
#define LIST_ENTRY(type) struct { struct type *le_next; struct type **le_prev; }
#define STAILQ_HEAD(name, type) struct name { struct type *stqh_first; struct type **stqh_last; }
#define STAILQ_ENTRY(type) struct { struct type *stqe_next; }
#define SIMPLEQ_HEAD(name, type) struct name { struct type *sqh_first; struct type **sqh_last; }
#define SIMPLEQ_ENTRY(type) struct { struct type *sqe_next; }
#define TAILQ_HEAD(name, type) struct name { struct type *tqh_first; struct type **tqh_last; }
#define TAILQ_ENTRY(type) struct { struct type *tqe_next; struct type **tqe_prev; }
#define TAILQ_HEAD_INITIALIZER(head) { NULL, &(head).tqh_first }
#define STAILQ_HEAD_INITIALIZER(head) { NULL, &(head).stqh_first }
#define SLIST_HEAD_INITIALIZER(head) { NULL }
#define LIST_HEAD_INITIALIZER(head) { NULL }
#define SPLAY_ENTRY(type) struct { struct type *spe_left; struct type *spe_right; }
#define SPLAY_HEAD(name, type) struct name { struct type *sph_root; }
#define RB_ENTRY(type) struct { struct type *rbe_left; struct type *rbe_right; struct type *rbe_parent; int rbe_color; }
#define RB_HEAD(name, type) struct name { struct type *rbh_root; }
#define RB_PROTOTYPE(...)
#define RB_PROTOTYPE_PREV(...)
#define RB_PROTOTYPE_SC(...)
#define RB_PROTOTYPE_SC_PREV(...)
#define RB_GENERATE(...)
#define RB_GENERATE_PREV(...)
#define RB_GENERATE_STATIC(...)
#define SPLAY_PROTOTYPE(...)
#define SPLAY_GENERATE(...)
#define RB_FOREACH(element, name, head) for ((element) = name##_RB_MINMAX((head), -1); (element); (element) = name##_RB_NEXT(element))

#define OS_ANALYZER_SUPPRESS(text)
#define os_atomic(type) type
#define _Os_atomic(type) type
#define SYSCTL_HANDLER_ARGS (struct sysctl_oid *oidp, void *arg1, int arg2, struct sysctl_req *req)

// IOKit: IODMACommand's output functions
#define kIODMACommandOutputHost32 (IODMACommand::OutputHost32)
#define kIODMACommandOutputBig32 (IODMACommand::OutputBig32)
#define kIODMACommandOutputLittle32 (IODMACommand::OutputLittle32)
#define kIODMACommandOutputHost64 (IODMACommand::OutputHost64)
#define kIODMACommandOutputBig64 (IODMACommand::OutputBig64)
#define kIODMACommandOutputLittle64 (IODMACommand::OutputLittle64)

// osfmk/mach/vm_statistics.h: a struct of flags; of those, that an address is chosen counts here, as VM_FLAGS_ANYWHERE
#define VM_MAP_KERNEL_FLAGS_NONE (VM_FLAGS_FIXED)
#define VM_MAP_KERNEL_FLAGS_FIXED(...) (VM_FLAGS_FIXED)
#define VM_MAP_KERNEL_FLAGS_ANYWHERE(...) (VM_FLAGS_ANYWHERE)
#define VM_MAP_KERNEL_FLAGS_FIXED_PERMANENT(...) (VM_FLAGS_FIXED)
#define VM_MAP_KERNEL_FLAGS_ANYWHERE_PERMANENT(...) (VM_FLAGS_ANYWHERE)
#define VM_MAP_KERNEL_FLAGS_DATA_ANYWHERE(...) (VM_FLAGS_ANYWHERE)
