import type { Claim, ClaimKind, Subject } from '../ir/claim';
import type { Event, Report } from './events';
import type { ObjectState, Way } from './state';
import { blocksOf, handedOver } from './state';
import type { Location } from './values';

/** What a report of an event says of a run. */
export function claimOf(event: Event, report: Report, { blocks }: Way): Claim {
  const object = 'object' in event ? event.object : undefined;
  return {
    blocks: blocksOf(blocks),
    what: report.unshown ? 'other' : whatOf(event),
    subject: (object && subjectOf(object)) ?? preparedBy(event),
    at: event.at,
  };
}

function whatOf(event: Event): ClaimKind {
  switch (event.kind) {
    case 'lost':
    case 'kept':
      return 'lost';
    case 'null-use':
      return 'null';
    case 'use':
      return 'gone';
    case 'address-use':
      return event.how === 'kept' ? 'dangling' : 'gone';
    case 'release':
      return event.works ? 'with-memory' : 'over-released';
    case 'free':
    case 'adopted':
    case 'dies-with-function':
      return 'over-released';
    case 'left-prepared':
      return 'left-prepared';
    case 'complete':
      return event.by ? 'other' : 'not-prepared';
    case 'physical-access':
      return event.prepared === 'never' || event.prepared === 'failed' ? 'unprepared' : 'other';
    case 'answer':
      return event.says === 'borrowed' ? 'gives-reference' : 'gives-none';
    default:
      return 'other';
  }
}

/** The object of a claim that no name leads to, by the call that prepared it. */
function preparedBy(event: Event): Subject | undefined {
  if (event.kind !== 'left-prepared' && event.kind !== 'complete') return undefined;
  const preparation = event.kind === 'complete' ? event.object.preparations.at(-1) : event.preparation;
  return preparation && { kind: 'receiver', at: preparation.at };
}

function subjectOf({ creation, value }: ObjectState): Subject | undefined {
  const given = creation?.call === handedOver;
  if (creation && !given) return { kind: 'made', at: creation.span };
  if (value.kind === 'initial' && value.place.kind === 'local' && value.place.local !== undefined)
    return { kind: 'parameter', local: value.place.local, handedOver: given };
  if (value.kind === 'initial' && value.place.kind === 'field' && isOwn(value.place.base))
    return { kind: 'field', name: value.place.name };
  return undefined;
}

/** Whether a place is the object whose method it is. */
function isOwn(place: Location): boolean {
  return place.kind === 'deref' && place.pointer.kind === 'solid' && place.pointer.what === 'this';
}
