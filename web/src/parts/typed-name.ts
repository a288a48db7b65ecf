import { plain } from "./plain";

const LONGEST = 60;
const OF_AN_ID = 8;

/** What somebody has to type before something is destroyed: its name, where a keyboard can write it. */
export function wordToType(name: string | null | undefined, id: string): string {
  const given = name?.trim() ?? "";
  const writable = given.length > 0 && given.length <= LONGEST && plain(given) === given && given === given.normalize("NFC");
  return writable ? given : id.slice(0, OF_AN_ID);
}
