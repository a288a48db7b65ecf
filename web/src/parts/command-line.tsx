import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

import { useTexts } from "../i18n/use-texts";
import { governingTexts } from "./governing-texts";
import { plain } from "./plain";
import { commandOf } from "./shell-words";
import { texts } from "./texts";

export { commandOf };

/** The command that does the same: copied as it is, shown with what is hidden in it written out. */
export function CommandLine({ words }: { words: readonly string[] }) {
  const t = useTexts(texts);
  const say = useTexts(governingTexts);
  const whole = commandOf(words);
  return (
    <div>
      <Box variant="awsui-key-label">{say("sameByCommand")}</Box>
      <div className="console-command">
        <code className="console-code">{plain(whole)}</code>
        <CopyToClipboard
          variant="icon"
          textToCopy={whole}
          copyButtonAriaLabel={t("copy")}
          copySuccessText={t("copied")}
          copyErrorText={t("copyFailed")}
        />
      </div>
    </div>
  );
}
