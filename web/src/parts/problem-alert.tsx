import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { asProblem } from "../api/problem";
import { useTexts } from "../i18n/use-texts";
import { faultOf, SaidOf } from "./said";
import { texts } from "./texts";

interface Props {
  error: unknown;
  onRetry?: () => void;
}

/** The one way in which the console says that something went wrong: what, what to do, and the number to quote. */
export function ProblemAlert({ error, onRetry }: Props) {
  const t = useTexts(texts);
  const problem = asProblem(error);
  const requestId = problem.body.request_id;
  const silent = problem.code === "unreachable";
  return (
    <Alert
      type={problem.passing ? "warning" : "error"}
      header={silent ? t("unreachable") : t("problem")}
      action={onRetry ? <Button onClick={onRetry}>{t("retry")}</Button> : undefined}
    >
      <SpaceBetween size="xs">
        {silent ? <div>{t("unreachableHint")}</div> : <SaidOf fault={faultOf(problem)} whole />}
        {silent ? null : (
          <SpaceBetween direction="horizontal" size="m">
            <Box color="text-body-secondary" fontSize="body-s">
              {t("code")}: {problem.code}
            </Box>
            {requestId ? (
              <Box color="text-body-secondary" fontSize="body-s">
                {t("requestId")}:{" "}
                <CopyToClipboard
                  variant="inline"
                  textToCopy={requestId}
                  copyButtonAriaLabel={t("copy")}
                  copySuccessText={t("copied")}
                  copyErrorText={t("copyFailed")}
                />
              </Box>
            ) : null}
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Alert>
  );
}
