/** C strings are kept as JavaScript strings with one character a byte. */

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

export function ofBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A C string as people read it: its bytes are UTF-8. */
export function shown(text: string): string {
  return new TextDecoder().decode(bytesOf(text));
}
