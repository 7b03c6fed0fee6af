import type { Place } from '../../../sim/trace';

export function placeText(place: Place | undefined): string {
  return place ? `${place.file}:${String(place.line)}:${String(place.column)}` : '';
}
