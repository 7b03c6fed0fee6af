import { createService } from '../../server/features/create-service';
import type { LanguageService } from '../../server/features/service';

/** A service over one source whose text marks a place with "‖", and that place as a 1-based line and column. */
export interface Marked {
  readonly service: LanguageService;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function marked(text: string): Marked {
  const before = text.slice(0, text.indexOf('‖')).split('\n');
  const service = createService();
  service.setFile('driver.cpp', text.replace('‖', ''));
  return { service, file: 'driver.cpp', line: before.length, column: before.at(-1)!.length + 1 };
}
