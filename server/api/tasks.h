/// The kernel's own task; its address space is the kernel's.
extern task_t kernel_task;
/// The kernel's address space.
extern vm_map_t kernel_map;

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
