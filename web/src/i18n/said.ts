import type { Language } from "./messages";

/** What the server says of something that went wrong: its own sentence, and a code that says what kind of thing it is. */
export interface Fault {
  code?: string | null | undefined;
  message?: string | null | undefined;
  nextStep?: string | null | undefined;
  messageZh?: string | null | undefined;
  nextStepZh?: string | null | undefined;
}
export interface Explained {
  meaning: string;
  remedy: string;
}
/** `original`: the server's sentence where the headline is only what its code means. */
export interface Said {
  headline: string;
  remedy: string;
  original: string;
}

/** In Chinese: the sentence if the server has it so, else what the code means, with the sentence as it came beside it. */
export function saidOf(fault: Fault, language: Language, explained: Explained | null): Said {
  const message = sentence(fault.message ?? "") || (fault.code ?? "");
  const remedy = sentence(fault.nextStep ?? "");
  if (language !== "zh-CN") return { headline: message, remedy, original: "" };
  if (fault.messageZh) return { headline: ended(fault.messageZh), remedy: ended(fault.nextStepZh ?? ""), original: "" };
  if (explained) return { headline: explained.meaning, remedy: explained.remedy, original: message };
  return { headline: message, remedy, original: "" };
}

/** With a capital and a full stop; the program's name and commands stay as they are typed. */
export function sentence(said: string): string {
  const text = /^mcm\b/.test(said) ? said : said.slice(0, 1).toUpperCase() + said.slice(1);
  return !text || /[.。!?！？]$/.test(text) ? text : `${text}.`;
}

function ended(said: string): string {
  return !said || /[.。!?！？]$/.test(said) ? said : `${said}。`;
}
