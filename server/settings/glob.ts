/**
 * Whether a path, relative and with forward slashes, is one that a pattern names, or lies in a folder that it names.
 * `*` and `?` stand for characters of one name, `**` for any number of folders, `{a,b}` for either, `[ab]` for one of
 * these characters. A pattern counts from the folder that it was written in, so `build` is that folder's own one.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const trimmed = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  if (trimmed === '' || trimmed === '.') return (path) => !path.startsWith('../');
  const expression = new RegExp(`^(?:${toExpression(trimmed)})(?:/|$)`);
  return (path) => expression.test(path);
}

function toExpression(pattern: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const unit = pattern[at]!;
    if (unit === '*') {
      let stars = 1;
      while (pattern[at + stars] === '*') stars++;
      const alone = (at === 0 || pattern[at - 1] === '/') && stars >= 2;
      if (alone && pattern[at + stars] === '/') {
        out += '(?:[^/]+/)*';
        at += stars;
      } else {
        out += alone ? '.+' : '[^/]*';
        at += stars - 1;
      }
    } else if (unit === '?') out += '[^/]';
    else if (unit === '{' && pattern.includes('}', at)) {
      depth++;
      out += '(?:';
    } else if (unit === '}' && depth > 0) {
      depth--;
      out += ')';
    } else if (unit === ',' && depth > 0) out += '|';
    else if (unit === '[' && /^\[[!^]?[\w.-]+\]/.test(pattern.slice(at))) {
      const end = pattern.indexOf(']', at);
      out += classOf(pattern.slice(at + 1, end));
      at = end;
    } else out += unit.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  }
  return out + ')'.repeat(depth);
}

/** A set of characters; one whose range runs backwards matches none. */
function classOf(content: string): string {
  const text = `[${content.replace(/^!/, '^')}]`;
  try {
    new RegExp(text);
    return text;
  } catch {
    return '(?!)';
  }
}
