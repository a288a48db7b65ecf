import { type Language, LANGUAGES } from "./messages";

/** The server's own pages (signing in, one's password) read and set it too: what was chosen last, there or here, holds. */
const COOKIE = "mcm_language";
const YEAR_S = 366 * 24 * 3600;

/** cookies: as `document.cookie` has them. */
export function rememberedLanguage(cookies: string): Language | undefined {
  const found = cookies.split("; ").find((each) => each.startsWith(`${COOKIE}=`));
  return LANGUAGES.find((each) => found === `${COOKIE}=${each}`);
}

export function rememberLanguage(language: Language): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${COOKIE}=${language}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
}
