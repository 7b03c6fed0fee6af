// From IOPCIFamily.

enum [[maplens::family(pci_register)]] {
    kIOPCIConfigVendorID = 0x00,
    kIOPCIConfigDeviceID = 0x02,
    kIOPCIConfigCommand = 0x04,
    kIOPCIConfigStatus = 0x06,
    kIOPCIConfigRevisionID = 0x08,
    kIOPCIConfigClassCode = 0x09,
    kIOPCIConfigCacheLineSize = 0x0c,
    kIOPCIConfigLatencyTimer = 0x0d,
    kIOPCIConfigHeaderType = 0x0e,
    kIOPCIConfigBIST = 0x0f,
    /// Base address register 0, as the argument of mapDeviceMemoryWithRegister.
    kIOPCIConfigBaseAddress0 = 0x10,
    kIOPCIConfigBaseAddress1 = 0x14,
    kIOPCIConfigBaseAddress2 = 0x18,
    kIOPCIConfigBaseAddress3 = 0x1c,
    kIOPCIConfigBaseAddress4 = 0x20,
    kIOPCIConfigBaseAddress5 = 0x24,
    kIOPCIConfigCardBusCISPtr = 0x28,
    kIOPCIConfigSubSystemVendorID = 0x2c,
    kIOPCIConfigSubSystemID = 0x2e,
    kIOPCIConfigExpansionROMBase = 0x30,
    kIOPCIConfigCapabilitiesPtr = 0x34,
    kIOPCIConfigInterruptLine = 0x3c,
    kIOPCIConfigInterruptPin = 0x3d,
};

/// A PCI device's nub.
class IOPCIDevice : public IOService {
public:
    /// Maps the memory of a base address register into the kernel, uncached. NULL on failure.
    [[maplens::kernel]] [[maplens::maps(kernel_task, anywhere)]] [[maplens::returns(retained, nullable)]]
    virtual OSPtr<IOMemoryMap> mapDeviceMemoryWithRegister([[maplens::bits(pci_register)]] UInt8 reg,
        [[maplens::bits(kernel_map_options)]] IOOptionBits options = 0);

    /// The descriptor of a base address register's memory, or NULL. It stays the device's: don't release it.
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]]
    virtual IODeviceMemory *getDeviceMemoryWithRegister([[maplens::bits(pci_register)]] UInt8 reg);

    /// The descriptor of the whole I/O space. It stays the device's, though its name does not begin with "get".
    [[maplens::kernel]] [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual IODeviceMemory *ioDeviceMemory();

    [[maplens::kernel]] virtual bool setMemoryEnable(bool enable);
    [[maplens::kernel]] virtual bool setIOEnable(bool enable, bool exclusive = false);
    [[maplens::kernel]] virtual bool setBusMasterEnable(bool enable);
    [[maplens::kernel]] virtual bool setBusLeadEnable(bool enable);
    [[maplens::kernel]] virtual UInt32 setConfigBits(UInt8 offset, UInt32 mask, UInt32 value);

    [[maplens::kernel]] UInt32 configRead32(UInt8 offset);
    [[maplens::kernel]] UInt16 configRead16(UInt8 offset);
    [[maplens::kernel]] UInt8 configRead8(UInt8 offset);
    [[maplens::kernel]] void configWrite32(UInt8 offset, UInt32 data);
    [[maplens::kernel]] void configWrite16(UInt8 offset, UInt16 data);
    [[maplens::kernel]] void configWrite8(UInt8 offset, UInt8 data);
    [[maplens::kernel]] UInt32 extendedConfigRead32(UInt64 offset);
    [[maplens::kernel]] UInt16 extendedConfigRead16(UInt64 offset);
    [[maplens::kernel]] UInt8 extendedConfigRead8(UInt64 offset);
    [[maplens::kernel]] void extendedConfigWrite32(UInt64 offset, UInt32 data);
    [[maplens::kernel]] void extendedConfigWrite16(UInt64 offset, UInt16 data);
    [[maplens::kernel]] void extendedConfigWrite8(UInt64 offset, UInt8 data);

    [[maplens::kernel]] virtual UInt32 ioRead32(UInt16 offset, [[maplens::borrows]] IOMemoryMap *map = NULL);
    [[maplens::kernel]] virtual UInt16 ioRead16(UInt16 offset, [[maplens::borrows]] IOMemoryMap *map = NULL);
    [[maplens::kernel]] virtual UInt8 ioRead8(UInt16 offset, [[maplens::borrows]] IOMemoryMap *map = NULL);
    [[maplens::kernel]] virtual void ioWrite32(UInt16 offset, UInt32 value, [[maplens::borrows]] IOMemoryMap *map = NULL);
    [[maplens::kernel]] virtual void ioWrite16(UInt16 offset, UInt16 value, [[maplens::borrows]] IOMemoryMap *map = NULL);
    [[maplens::kernel]] virtual void ioWrite8(UInt16 offset, UInt8 value, [[maplens::borrows]] IOMemoryMap *map = NULL);

    [[maplens::kernel]] UInt32 findPCICapability(UInt8 capabilityID, [[maplens::writes]] UInt8 *offset = NULL);
    [[maplens::kernel]] [[maplens::pure]] UInt8 getBusNumber();
    [[maplens::kernel]] [[maplens::pure]] UInt8 getDeviceNumber();
    [[maplens::kernel]] [[maplens::pure]] UInt8 getFunctionNumber();
};
