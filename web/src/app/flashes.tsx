import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type { FlashbarProps } from "@cloudscape-design/components/flashbar";

import { useTexts } from "../i18n/use-texts";
import { texts } from "./texts";

export interface Flash {
  /** A later one with the same id takes the place of the earlier. */
  id: string;
  type: FlashbarProps.Type;
  content: ReactNode;
  header?: string;
  loading?: boolean;
}
interface Flashes {
  items: readonly FlashbarProps.MessageDefinition[];
  show(flash: Flash): void;
  drop(id: string): void;
}

const MOST = 10;
const Context = createContext<Flashes | null>(null);

export function useFlashes(): Flashes {
  const found = useContext(Context);
  if (!found) throw new Error("no flashes around this component");
  return found;
}

export function FlashesProvider({ children }: { children: ReactNode }) {
  const t = useTexts(texts);
  const [shown, setShown] = useState<readonly Flash[]>([]);
  const drop = useCallback((id: string) => setShown((before) => before.filter((each) => each.id !== id)), []);
  const show = useCallback((flash: Flash) => {
    setShown((before) => [flash, ...before.filter((each) => each.id !== flash.id)].slice(0, MOST));
  }, []);
  const items = useMemo(
    () =>
      shown.map((flash) => ({
        ...flash,
        dismissible: true,
        dismissLabel: t("dismiss"),
        onDismiss: () => drop(flash.id),
      })),
    [shown, drop, t],
  );
  const value = useMemo(() => ({ items, show, drop }), [items, show, drop]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
