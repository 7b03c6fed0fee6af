import type { CallSite, KernelTable } from '../call-site';
import { notModelled, panic } from '../halt';
import { pointeeType } from '../compile-expr';
import { templateArgument } from '../resolve';
import { unknownType, withArticle, type Value } from '../values';

/** OSObject and libkern's casts. */
export const objectCalls: KernelTable = {
  'OSObject::retain': (site) => retain(site),
  'OSObject::taggedRetain': (site) => retain(site),
  'OSObject::release': (site) => release(site),
  'OSObject::taggedRelease': (site) => release(site),
  'OSObject::getRetainCount': (site) => {
    const object = site.run.objects.at(site.receiver);
    if (object?.sim) return site.run.kernel.getter(object.sim, 'getRetainCount');
    return BigInt(object?.references ?? 1);
  },
  // Only ever called as super::free(): the memory goes once the outermost free() is done.
  'OSObject::free': (site) => (site.run.objects.at(site.receiver)?.sim ? notModelled(site.name) : 0n),
  'OSObject::init': () => 1n,
  'OSObject::serialize': () => 1n,
  'OSObject::isEqualTo': (site) => (site.receiver === site.pointer(0) ? 1n : 0n),

  OSDynamicCast: (site) => cast(site, false),
  OSRequiredCast: (site) => cast(site, true),
  OSSafeReleaseNULL: (site) => releaseIfAny(site),
  OSSafeRelease: (site) => releaseIfAny(site),
  OSMakeShared: (site) => {
    const written = templateArgument(site.name);
    const to = site.intoType ? pointeeType(site.intoType) : unknownType;
    const className = written !== '' ? written : to.kind === 'class' ? to.name : '';
    return site.run.objects.make(className, site.into).region.base;
  },
  OSTypeAlloc: (site) => site.run.objects.make(templateArgument(site.name), site.into).region.base,
};

function retain(site: CallSite): Value {
  site.run.objects.retain(site.receiver);
  return 0n;
}

function release(site: CallSite): Value {
  site.run.objects.release(site.receiver);
  return 0n;
}

function releaseIfAny(site: CallSite): Value {
  const address = site.pointer(0);
  if (address !== 0n) site.run.objects.release(address);
  return 0n;
}

/** The same object where it is of the class; what the run assumed to exist is taken for what the code asks for. */
function cast(site: CallSite, required: boolean): Value {
  const { run } = site;
  const wanted = templateArgument(site.name).replace(/\s*(const\s+|\*|&)/g, '');
  const address = site.pointer(0);
  const object = run.objects.at(address);
  if (address === 0n || !object) return address;
  if (run.resolver.isKind(object.class, wanted)) return address;
  if (!object.assumed || object.sim || object.task) return required ? panic(`${site.text} fails`) : 0n;
  // Only a class that may be a subclass of what is known can be the object's.
  if (object.class !== '' && !run.resolver.isKind(wanted, object.class) && run.resolver.chain(wanted).length > 1)
    return required ? panic(`${site.text} fails`) : 0n;
  run.assume(site.texts[0] ?? object.region.name, `is ${withArticle(wanted)}`, site.place);
  run.objects.refine(object, wanted);
  return address;
}
