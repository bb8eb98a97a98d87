/** Numbers of 8 bits that were sent in base 64. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Numbers of 16 bits, the low byte first, that were sent in base 64. */
export function wordsOf(text: string): Uint16Array<ArrayBuffer> {
  const bytes = bytesOf(text);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, place) =>
    (bytes[2 * place] ?? 0) + 256 * (bytes[2 * place + 1] ?? 0));
}
