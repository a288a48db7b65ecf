import { useRef } from "react";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Textarea from "@cloudscape-design/components/textarea";

import { useTexts } from "../../i18n/use-texts";
import { plain } from "../plain";
import { documentTexts } from "./texts";

export interface Finding {
  line: number;
  column: number;
  path: string;
  message: string;
  severity: string;
  suggestion: string | null;
}

interface Props {
  value: string;
  onChange(text: string): void;
  /** undefined: nobody has looked yet. */
  findings: readonly Finding[] | undefined;
  looking: boolean;
  rows?: number;
}

/** A document as text, and below it what is wrong with it; a finding leads to its place. */
export function DocumentEditor({ value, onChange, findings, looking, rows = 24 }: Props) {
  const t = useTexts(documentTexts);
  const around = useRef<HTMLDivElement>(null);

  function goTo(line: number, column: number) {
    const area = around.current?.querySelector("textarea");
    if (!area) return;
    const before = value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const at = before + Math.max(0, column - 1);
    area.focus();
    area.setSelectionRange(at, at);
    // The browser does not bring the cursor into sight by itself.
    area.scrollTop = (area.scrollHeight / Math.max(1, value.split("\n").length)) * Math.max(0, line - 4);
  }

  return (
    <SpaceBetween size="s">
      <FormField label={t("document")} stretch>
        <div ref={around} className="console-editor">
          <Textarea value={value} rows={rows} spellcheck={false} disableBrowserAutocorrect onChange={({ detail }) => onChange(detail.value)} />
        </div>
      </FormField>
      <div aria-live="polite">
        <Box variant="awsui-key-label">{t("findings")}</Box>
        {findings === undefined ? (
          <Box color="text-body-secondary">{looking ? t("looking") : t("startTyping")}</Box>
        ) : findings.length === 0 ? (
          <StatusIndicator type="success">{t("noFindings")}</StatusIndicator>
        ) : (
          <SpaceBetween size="xs">
            {findings.map((each, index) => (
              <div key={`${index} ${each.line}:${each.column}`}>
                <StatusIndicator type={each.severity === "error" ? "error" : "warning"} iconAriaLabel={each.severity === "error" ? t("mistake") : t("warning")}>
                  {each.path ? <code className="console-code">{plain(each.path)}</code> : null} {plain(each.message)}
                </StatusIndicator>{" "}
                {each.suggestion ? <Box display="inline">{plain(each.suggestion)} </Box> : null}
                <Button variant="inline-link" formAction="none" ariaLabel={t("goThere", { line: each.line, column: each.column })} onClick={() => goTo(each.line, each.column)}>
                  {t("at", { line: each.line, column: each.column })}
                </Button>
              </div>
            ))}
          </SpaceBetween>
        )}
      </div>
    </SpaceBetween>
  );
}
