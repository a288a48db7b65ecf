/**
 * Names come from clouds, and whoever makes a machine there chooses them: characters that are not seen, or turn the
 * direction of what follows (`gnp.exe` that reads `exe.png`), are written out.
 */
// Joiners (200C, 200D) belong to scripts and emoji and stay.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

export function plain(text: string): string {
  return text.replace(HIDDEN, (sign) => `⟨${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}
