import TextFilter from "@cloudscape-design/components/text-filter";

import { useTexts } from "../i18n/use-texts";
import { governingTexts } from "./governing-texts";
import { useAddress } from "./use-address";

/** Finds in what is on the page already; the text stands in the address. */
export function FindHere() {
  const t = useTexts(governingTexts);
  const { set, value } = useAddress();
  return (
    <TextFilter
      filteringText={value("search")}
      filteringAriaLabel={t("filtering")}
      filteringPlaceholder={t("filtering")}
      onChange={({ detail }) => set({ search: detail.filteringText }, true)}
    />
  );
}

export function fits(search: string, ...texts: (string | null | undefined)[]): boolean {
  const wanted = search.toLowerCase();
  return texts.some((text) => (text ?? "").toLowerCase().includes(wanted));
}
