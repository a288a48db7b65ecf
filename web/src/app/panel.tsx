import { createContext, type ReactNode, useContext, useEffect } from "react";
import { createPortal } from "react-dom";

export interface PanelState {
  header: string;
  onClose(): void;
}
export interface PanelHost {
  /** Where the body of the open panel goes; null while none is open. */
  element: HTMLElement | null;
  set(panel: PanelState | null): void;
}

export const PanelContext = createContext<PanelHost | null>(null);

interface Props {
  header: string;
  onClose(): void;
  children: ReactNode;
}

/** Put by a page anywhere into itself: its children are shown in the split panel of the shell while it is there. */
export function Panel({ header, onClose, children }: Props) {
  const host = useContext(PanelContext);
  const set = host?.set;
  useEffect(() => {
    set?.({ header, onClose });
  }, [set, header, onClose]);
  useEffect(() => () => set?.(null), [set]);
  return host?.element ? createPortal(children, host.element) : null;
}
