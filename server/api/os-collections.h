class OSIterator : public OSObject {
public:
    virtual void reset() = 0;
    [[maplens::pure]] virtual bool isValid() = 0;

    /// The next object, or NULL at the end. Not retained for the caller.
    [[maplens::returns(borrowed, nullable)]] virtual OSObject *getNextObject() = 0;
};

/// What collections have in common. They retain what they hold.
class OSCollection : public OSObject {
public:
    [[maplens::pure]] virtual unsigned int getCount() const = 0;
    [[maplens::pure]] virtual unsigned int getCapacity() const = 0;
    virtual unsigned int ensureCapacity(unsigned int newCapacity) = 0;

    /// Empties it; each object loses the collection's reference.
    virtual void flushCollection() = 0;

    /// A copy with copies of the collections in it, of the same class as this one.
    [[maplens::returns(retained, nullable)]] [[maplens::of_class(this)]]
    virtual OSPtr<OSCollection> copyCollection(OSDictionary *cycleDict = NULL);
};

class OSArray : public OSCollection {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<OSArray> withCapacity(unsigned int capacity);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSArray> withObjects([[maplens::keeps(elements)]] const OSObject **objects, unsigned int count,
        unsigned int capacity = 0);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSArray> withArray([[maplens::borrows]] const OSArray *array, unsigned int capacity = 0);

    /// Adds an object at the end and retains it. False when it was not added.
    virtual bool setObject([[maplens::keeps]] const OSMetaClassBase *anObject);

    virtual bool setObject(unsigned int index, [[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual void replaceObject(unsigned int index, [[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual void removeObject(unsigned int index);
    virtual bool merge(const OSArray *otherArray);

    /// The object at an index, or NULL. Valid as long as the array holds it.
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getObject(unsigned int index) const;

    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getLastObject() const;
    [[maplens::pure]] unsigned int getNextIndexOfObject(const OSMetaClassBase *anObject, unsigned int index) const;
    [[maplens::pure]] virtual unsigned int getCount() const;
    [[maplens::pure]] virtual unsigned int getCapacity() const;
    virtual unsigned int ensureCapacity(unsigned int newCapacity);
    virtual void flushCollection();
};

class OSSet : public OSCollection {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<OSSet> withCapacity(unsigned int capacity);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSSet> withObjects([[maplens::keeps(elements)]] const OSObject **objects, unsigned int count,
        unsigned int capacity = 0);

    /// Adds an object and retains it. False when it was there already or memory is short.
    virtual bool setObject([[maplens::keeps]] const OSMetaClassBase *anObject);

    virtual void removeObject([[maplens::borrows]] const OSMetaClassBase *anObject);
    [[maplens::pure]] virtual bool containsObject(const OSMetaClassBase *anObject) const;
    [[maplens::pure]] virtual bool member(const OSMetaClassBase *anObject) const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getAnyObject() const;
    [[maplens::pure]] virtual unsigned int getCount() const;
    [[maplens::pure]] virtual unsigned int getCapacity() const;
    virtual unsigned int ensureCapacity(unsigned int newCapacity);
    virtual void flushCollection();
};

/// A set with an order of its own.
class OSOrderedSet : public OSCollection {
public:
    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSOrderedSet> withCapacity(unsigned int capacity, void *orderFunc = NULL, void *orderingContext = NULL);

    virtual bool setObject([[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual bool setFirstObject([[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual bool setLastObject([[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual void removeObject([[maplens::borrows]] const OSMetaClassBase *anObject);
    [[maplens::pure]] virtual bool containsObject(const OSMetaClassBase *anObject) const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getObject(unsigned int index) const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] OSObject *getFirstObject() const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] OSObject *getLastObject() const;
    [[maplens::pure]] virtual unsigned int getCount() const;
    virtual void flushCollection();
};

class OSDictionary : public OSCollection {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<OSDictionary> withCapacity(unsigned int capacity);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> withObjects([[maplens::keeps(elements)]] const OSObject **objects,
        const OSSymbol **keys, unsigned int count, unsigned int capacity = 0);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSDictionary> withDictionary([[maplens::borrows]] const OSDictionary *dict, unsigned int capacity = 0);

    /// Puts an object under a key, retains it and releases what was there.
    virtual bool setObject([[maplens::keeps]] const OSSymbol *aKey, [[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual bool setObject([[maplens::borrows]] const OSString *aKey, [[maplens::keeps]] const OSMetaClassBase *anObject);
    virtual bool setObject([[maplens::reads]] const char *aKey, [[maplens::keeps]] const OSMetaClassBase *anObject);

    virtual void removeObject([[maplens::borrows]] const OSSymbol *aKey);
    virtual void removeObject([[maplens::borrows]] const OSString *aKey);
    virtual void removeObject([[maplens::reads]] const char *aKey);
    virtual bool merge(const OSDictionary *otherDictionary);

    /// The object under a key, or NULL. Valid as long as the dictionary holds it.
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getObject(const OSSymbol *aKey) const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getObject(const OSString *aKey) const;
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual OSObject *getObject(const char *aKey) const;

    [[maplens::pure]] virtual unsigned int getCount() const;
    [[maplens::pure]] virtual unsigned int getCapacity() const;
    virtual unsigned int ensureCapacity(unsigned int newCapacity);
    virtual void flushCollection();
};

class OSCollectionIterator : public OSIterator {
public:
    /// Iterates over a collection, which it retains.
    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSCollectionIterator> withCollection([[maplens::keeps]] const OSCollection *inColl);

    virtual void reset();
    [[maplens::pure]] virtual bool isValid();
    [[maplens::returns(borrowed, nullable)]] virtual OSObject *getNextObject();
};

class OSData : public OSObject {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<OSData> withCapacity(unsigned int capacity);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSData> withBytes([[maplens::reads]] const void *bytes, unsigned int numBytes);

    /// Uses the bytes where they are: the caller keeps them alive as long as the object.
    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSData> withBytesNoCopy([[maplens::aliases]] void *bytes, unsigned int numBytes);

    [[maplens::returns(retained, nullable)]] static OSPtr<OSData> withData(const OSData *inData);

    [[maplens::pure]] virtual unsigned int getLength() const;
    [[maplens::pure]] virtual unsigned int getCapacity() const;
    virtual unsigned int ensureCapacity(unsigned int newCapacity);
    virtual bool appendBytes([[maplens::reads]] const void *bytes, unsigned int numBytes);
    virtual bool appendByte(unsigned char byte, unsigned int numBytes);
    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]] virtual const void *getBytesNoCopy() const;

    [[maplens::pure]] [[maplens::returns(borrowed, nullable)]]
    virtual const void *getBytesNoCopy(unsigned int start, unsigned int numBytes) const;
};

class OSString : public OSObject {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<OSString> withCString([[maplens::reads]] const char *cString);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSString> withCStringNoCopy([[maplens::aliases]] const char *cString);

    [[maplens::returns(retained, nullable)]] static OSPtr<OSString> withString(const OSString *aString);

    [[maplens::pure]] virtual unsigned int getLength() const;
    [[maplens::pure]] virtual char getChar(unsigned int index) const;
    virtual bool setChar(char aChar, unsigned int index);
    [[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] virtual const char *getCStringNoCopy() const;
    [[maplens::pure]] virtual bool isEqualTo(const OSString *aString) const;
    [[maplens::pure]] virtual bool isEqualTo(const char *cString) const;
    [[maplens::pure]] virtual bool isEqualTo(const OSMetaClassBase *anObject) const;
};

/// A string of which there is one object only, so pointers can be compared.
class OSSymbol : public OSString {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<const OSSymbol> withString(const OSString *aString);
    [[maplens::returns(retained, nullable)]] static OSPtr<const OSSymbol> withCString([[maplens::reads]] const char *cString);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<const OSSymbol> withCStringNoCopy([[maplens::aliases]] const char *cString);

    [[maplens::returns(retained, nullable)]] static OSPtr<const OSSymbol> existingSymbolForString(const OSString *aString);
    [[maplens::returns(retained, nullable)]] static OSPtr<const OSSymbol> existingSymbolForCString(const char *aCString);
};

class OSNumber : public OSObject {
public:
    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSNumber> withNumber(unsigned long long value, unsigned int numberOfBits);

    [[maplens::returns(retained, nullable)]]
    static OSPtr<OSNumber> withNumber([[maplens::reads]] const char *valueString, unsigned int numberOfBits);

    [[maplens::pure]] virtual unsigned int numberOfBits() const;
    [[maplens::pure]] virtual unsigned int numberOfBytes() const;
    [[maplens::pure]] virtual unsigned char unsigned8BitValue() const;
    [[maplens::pure]] virtual unsigned short unsigned16BitValue() const;
    [[maplens::pure]] virtual unsigned int unsigned32BitValue() const;
    [[maplens::pure]] virtual unsigned long long unsigned64BitValue() const;
    virtual void addValue(signed long long value);
    virtual void setValue(unsigned long long value);
};

class OSBoolean : public OSObject {
public:
    [[maplens::returns(retained, nonnull)]] static OSPtr<OSBoolean> withBoolean(bool value);
    [[maplens::pure]] virtual bool isTrue() const;
    [[maplens::pure]] virtual bool isFalse() const;
    [[maplens::pure]] virtual bool getValue() const;
};

/// The one object for true. Retaining it is allowed and not needed.
extern OSBoolean *const kOSBooleanTrue;
/// The one object for false.
extern OSBoolean *const kOSBooleanFalse;

class OSSerialize : public OSObject {
public:
    [[maplens::returns(retained, nullable)]] static OSPtr<OSSerialize> withCapacity(unsigned int capacity);
    [[maplens::pure]] [[maplens::returns(borrowed, nonnull)]] virtual char *text() const;
    [[maplens::pure]] virtual unsigned int getLength() const;
};

/// The objects that a property list in XML describes, or NULL.
[[maplens::returns(retained, nullable)]]
OSPtr<OSObject> OSUnserializeXML([[maplens::reads]] const char *buffer, OSString **errorString = NULL);
