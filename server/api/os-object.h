class OSDictionary;
class OSSerialize;
class OSString;
class OSSymbol;
class OSMetaClass;

/// The root of all kernel classes: reference counting and run-time type information.
class OSMetaClassBase {
public:
    /// Adds a reference that the caller owns.
    [[maplens::retains]] virtual void retain() const = 0;

    /// Gives up one reference of the caller's. The object is freed with the last one.
    [[maplens::releases]] virtual void release() const = 0;

    [[maplens::releases]] virtual void release(int freeWhen) const = 0;
    [[maplens::retains]] virtual void taggedRetain(const void *tag = NULL) const = 0;
    [[maplens::releases]] virtual void taggedRelease(const void *tag = NULL) const = 0;

    /// How many references there are. For debugging: others may change it at any time.
    [[maplens::pure]] virtual int getRetainCount() const = 0;

    virtual bool serialize(OSSerialize *serializer) const = 0;
    [[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] virtual const OSMetaClass *getMetaClass() const = 0;
    [[maplens::pure]] virtual bool isEqualTo(const OSMetaClassBase *anObject) const;

    /// The same object where it is of that class, else NULL.
    [[maplens::pure]] [[maplens::cast]] [[maplens::returns(borrowed, nullable)]]
    OSMetaClassBase *metaCast(const OSMetaClass *toMeta) const;

    [[maplens::pure]] [[maplens::cast]] [[maplens::returns(borrowed, nullable)]]
    static OSMetaClassBase *safeMetaCast([[maplens::result]] const OSMetaClassBase *anObject, const OSMetaClass *toMeta);

    [[maplens::pure]] [[maplens::cast]] [[maplens::returns(borrowed, nonnull)]]
    static OSMetaClassBase *requiredMetaCast([[maplens::result]] const OSMetaClassBase *anObject, const OSMetaClass *toMeta);
};

/// Describes a class at run time.
class OSMetaClass : public OSMetaClassBase {
public:
    /// A new object of this class, not yet initialised. NULL when memory is short or the class is abstract.
    [[maplens::returns(retained, nullable)]] virtual class OSObject *alloc() const;

    [[maplens::returns(retained, nullable)]] static class OSObject *allocClassWithName(const char *name);

    /// The class of that name, with a reference to give up by releaseMetaClass(); NULL where there is none.
    [[maplens::returns(retained, nullable)]] static const OSMetaClass *copyMetaClassWithName(const OSSymbol *name);
    [[maplens::returns(retained, nullable)]] static const OSMetaClass *copyMetaClassWithName(const char *name);

    /// Gives up the reference that copyMetaClassWithName() returned.
    [[maplens::releases]] void releaseMetaClass() const;

    [[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] const char *getClassName() const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] const OSMetaClass *getSuperClass() const;
    [[maplens::pure]] static void checkMetaCast(const char *name, const OSMetaClassBase *object);
};

/// An object that is freed with its last reference.
class OSObject : public OSMetaClassBase {
public:
    /// Makes a new object usable. On false release the object and don't use it.
    virtual bool init();

    /// Called by the last release; never call it except as super::free().
    [[maplens::frees]] virtual void free();

    [[maplens::retains]] virtual void retain() const;
    [[maplens::releases]] virtual void release() const;
    [[maplens::releases]] virtual void release(int freeWhen) const;
    [[maplens::retains]] virtual void taggedRetain(const void *tag = NULL) const;
    [[maplens::releases]] virtual void taggedRelease(const void *tag = NULL) const;
    [[maplens::pure]] virtual int getRetainCount() const;
    virtual bool serialize(OSSerialize *serializer) const;
};

typedef OSObject *OSObjectPtr;

/// The same object as that class, or NULL where it is of another class or NULL. No new reference.
template <typename T>
[[maplens::pure]] [[maplens::cast]] [[maplens::returns(borrowed, nullable)]]
T *OSDynamicCast([[maplens::result]] const OSMetaClassBase *object);

/// The same object as that class; panics where it is of another class. No new reference. NULL stays NULL.
template <typename T>
[[maplens::pure]] [[maplens::cast]] [[maplens::returns(borrowed, nonnull)]]
T *OSRequiredCast([[maplens::result]] const OSMetaClassBase *object);
