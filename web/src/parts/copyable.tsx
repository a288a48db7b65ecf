import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

import { useTexts } from "../i18n/use-texts";
import { texts } from "./texts";

export function Copyable({ value }: { value: string }) {
  const t = useTexts(texts);
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      copyButtonAriaLabel={t("copy")}
      copySuccessText={t("copied")}
      copyErrorText={t("copyFailed")}
    />
  );
}

/** Only the button, where what is copied stands beside it already. */
export function CopyButton({ value }: { value: string }) {
  const t = useTexts(texts);
  return (
    <CopyToClipboard
      variant="icon"
      textToCopy={value}
      copyButtonAriaLabel={t("copy")}
      copySuccessText={t("copied")}
      copyErrorText={t("copyFailed")}
    />
  );
}
