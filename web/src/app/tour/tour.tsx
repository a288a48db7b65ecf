import { useEffect, useId, useRef, useState } from "react";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { useSession } from "../../api/session";
import { useTexts } from "../../i18n/use-texts";
import { STEPS } from "./steps";
import { texts } from "./texts";
import { useFound } from "./use-found";
import { usePointer } from "./use-pointer";

/** Beside the pages and never over them: whatever it points at can be tried at once. */
export default function Tour({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const session = useSession();
  const navigate = useNavigate();
  const heading = useId();
  const card = useRef<HTMLElement>(null);
  const found = useFound();
  const [at, setAt] = useState(0);
  const steps = STEPS.filter((each) => session.may(each.permission));
  const step = steps[at];
  usePointer(step?.at ?? []);

  useEffect(() => {
    const start = steps[0]?.path(found);
    if (start && location.pathname !== start) void navigate(start);
    // Once: the tour begins where its first step is.
  }, []);

  // Whoever goes on by the keyboard stays on the button, unless it is the one that has just gone.
  useEffect(() => {
    if (!card.current?.contains(document.activeElement)) card.current?.focus({ preventScroll: true });
  }, [at]);

  function go(to: number) {
    const next = steps[to];
    if (!next) return;
    setAt(to);
    void navigate(next.path(found));
  }

  if (!step) return null;
  const last = at === steps.length - 1;
  return (
    <section
      ref={card}
      className="console-tour"
      role="dialog"
      aria-labelledby={heading}
      tabIndex={-1}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <Container
        header={
          <Header
            variant="h2"
            description={`${t("tour")} · ${t("step", { n: at + 1, all: steps.length })}`}
            actions={<Button variant="icon" iconName="close" ariaLabel={t("close")} onClick={onClose} />}
          >
            <span id={heading}>{t(step.says)}</span>
          </Header>
        }
      >
        <SpaceBetween size="m">
          <div aria-live="polite">{t(step.said)}</div>
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              {at > 0 ? <Button key="back" onClick={() => go(at - 1)}>{t("back")}</Button> : null}
              <Button key="next" variant="primary" onClick={() => (last ? onClose() : go(at + 1))}>
                {last ? t("finish") : t("next")}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </Container>
    </section>
  );
}
