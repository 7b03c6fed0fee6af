class IOEventSource : public OSObject {
public:
    typedef void (*Action)(OSObject *owner, ...);
    virtual void enable();
    [[maplens::stops]] virtual void disable();
    [[maplens::pure]] virtual bool isEnabled() const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual IOWorkLoop *getWorkLoop() const;
};

/// A thread and a gate: what its event sources do, one at a time.
class IOWorkLoop : public OSObject {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<IOWorkLoop> workLoop();
    [[maplens::returns(retained, nullable)]] static OSPtr<IOWorkLoop> workLoopWithOptions(IOOptionBits options);
    virtual IOReturn addEventSource([[maplens::keeps]] IOEventSource *newEvent);

    /// Takes an event source out and gives up the work loop's reference to it.
    virtual IOReturn removeEventSource([[maplens::borrows]] [[maplens::stops]] IOEventSource *toRemove);

    virtual void enableAllEventSources() const;
    [[maplens::stops]] virtual void disableAllEventSources() const;
    [[maplens::pure]] virtual bool inGate() const;
    [[maplens::pure]] virtual bool onThread() const;
    virtual void closeGate();
    virtual void openGate();
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual thread_t getThread() const;

    virtual IOReturn runAction(void *action, OSObject *target, void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL,
        void *arg3 = NULL);
};

/// Runs functions with the work loop's gate closed.
class IOCommandGate : public IOEventSource {
public:
    typedef IOReturn (*Action)(OSObject *owner, void *arg0, void *arg1, void *arg2, void *arg3);
    [[maplens::returns(retained, nullable)]]
    static OSPtr<IOCommandGate> commandGate([[maplens::borrows]] OSObject *owner, void *action = NULL);

    virtual IOReturn runCommand(void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL, void *arg3 = NULL);
    virtual IOReturn runAction(void *action, void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL, void *arg3 = NULL);
    virtual IOReturn attemptAction(void *action, void *arg0 = NULL, void *arg1 = NULL, void *arg2 = NULL, void *arg3 = NULL);
    virtual IOReturn commandSleep(void *event, UInt32 interruptible = 0);
    virtual void commandWakeup(void *event, bool oneThread = false);
};

/// Calls its action on a thread of the kernel's when its time has come.
class IOTimerEventSource : public IOEventSource {
public:
    typedef void (*Action)(OSObject *owner, IOTimerEventSource *sender);
    [[maplens::returns(retained, nullable)]]
    static OSPtr<IOTimerEventSource> timerEventSource([[maplens::borrows]] OSObject *owner, [[maplens::runs(thread)]] void *action = NULL);

    virtual IOReturn setTimeoutMS(UInt32 ms);
    virtual IOReturn setTimeoutUS(UInt32 us);
    virtual IOReturn setTimeout(UInt32 interval, UInt32 scale_factor = 1);
    [[maplens::stops]] virtual void cancelTimeout();
};

/// Calls its action on the work loop's thread after an interrupt.
class IOInterruptEventSource : public IOEventSource {
public:
    typedef void (*Action)(OSObject *owner, IOInterruptEventSource *sender, int count);
    [[maplens::returns(retained, nullable)]]
    static OSPtr<IOInterruptEventSource> interruptEventSource([[maplens::borrows]] OSObject *owner, [[maplens::runs(thread)]] void *action,
        [[maplens::borrows]] IOService *provider = NULL, int intIndex = 0);
};

/// Calls its filter at the interrupt itself, and its action afterwards where the filter answers true.
class IOFilterInterruptEventSource : public IOInterruptEventSource {
public:
    typedef bool (*Filter)(OSObject *owner, IOFilterInterruptEventSource *sender);
    [[maplens::returns(retained, nullable)]]
    static OSPtr<IOFilterInterruptEventSource> filterInterruptEventSource([[maplens::borrows]] OSObject *owner,
        [[maplens::runs(thread)]] void *action, [[maplens::runs(interrupt)]] void *filter, [[maplens::borrows]] IOService *provider, int intIndex = 0);

    virtual void signalInterrupt();
};

class IONotifier : public OSObject {
public:
    /// Ends the notification and gives up the reference that its maker answered with.
    [[maplens::releases]] virtual void remove() = 0;
    virtual bool disable() = 0;
    virtual void enable(bool was) = 0;
};
