/// The kernel's own task; its address space is the kernel's.
extern task_t kernel_task;
/// The kernel's address space.
extern vm_map_t kernel_map;

enum {
    VM_PROT_NONE = 0x00,
    VM_PROT_READ = 0x01,
    VM_PROT_WRITE = 0x02,
    VM_PROT_EXECUTE = 0x04,
};

/// What mach_vm_region tells of a range for VM_REGION_EXTENDED_INFO.
struct vm_region_extended_info {
    vm_prot_t protection;
    unsigned int user_tag;
    unsigned int pages_resident;
    unsigned int pages_shared_now_private;
    unsigned int pages_swapped_out;
    unsigned int pages_dirtied;
    unsigned int ref_count;
    unsigned short shadow_depth;
    unsigned char external_pager;
    unsigned char share_mode;
    unsigned int pages_reusable;
};
typedef vm_region_extended_info vm_region_extended_info_data_t;

enum {
    VM_REGION_EXTENDED_INFO = 13,
    VM_REGION_EXTENDED_INFO_COUNT = 9,
};

/// The range of address space at an address, or the next one after it.
kern_return_t mach_vm_region(vm_map_t map, [[maplens::writes]] mach_vm_address_t *address,
    [[maplens::writes]] mach_vm_size_t *size, vm_region_flavor_t flavor, [[maplens::writes]] vm_region_info_t info,
    [[maplens::writes]] mach_msg_type_number_t *count, [[maplens::writes]] mach_port_t *object_name);

/// The task of the thread that runs. In a work loop, a timer or an interrupt this is some other task than the client.
[[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] task_t current_task();
[[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] thread_t current_thread();
[[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] vm_map_t current_map();
[[maplens::pure]] [[maplens::returns(borrowed, nullable)]] proc_t current_proc();
[[maplens::pure]] [[maplens::returns(borrowed, nullable)]] vm_map_t get_task_map([[maplens::task]] task_t task);
[[maplens::pure]] [[maplens::returns(borrowed, nullable)]] void *get_bsdtask_info([[maplens::task]] task_t task);

/// Takes a reference to a task, so that it can be kept.
void task_reference([[maplens::task]] task_t task);
/// Gives up a reference to a task.
void task_deallocate([[maplens::task]] task_t task);

/// The size of a page: 16 KiB on arm64, 4 KiB on x86_64.
extern const vm_size_t page_size;
extern const vm_size_t page_mask;
extern const int page_shift;
