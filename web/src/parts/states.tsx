import { createContext, type ReactNode, useContext } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { UseQueryResult } from "@tanstack/react-query";

import { asProblem } from "../api/problem";
import { type Permission, useSession } from "../api/session";
import type { Message } from "../i18n/messages";
import { useMessage, useTexts } from "../i18n/use-texts";
import { ProblemAlert } from "./problem-alert";
import { texts } from "./texts";

export function Loading() {
  const t = useTexts(texts);
  return (
    <Box textAlign="center" padding="xxl" color="text-body-secondary">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <Spinner />
        <span role="status">{t("loading")}</span>
      </SpaceBetween>
    </Box>
  );
}

interface EmptyProps {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
}

/** There is nothing, and that is known: never shown while or because something failed. */
export function Empty({ title, hint, action }: EmptyProps) {
  return (
    <Box textAlign="center" padding={{ vertical: "l" }} color="inherit">
      <SpaceBetween size="xs">
        <Box variant="strong">{title}</Box>
        {hint ? <Box color="text-body-secondary">{hint}</Box> : null}
        {action}
      </SpaceBetween>
    </Box>
  );
}

export function NoPermission({ permission }: { permission: string }) {
  const t = useTexts(texts);
  return (
    <Alert type="info" header={t("noPermission")}>
      {t("noPermissionHint", { permission })}
    </Alert>
  );
}

interface GateProps {
  permission: Permission;
  /** Of the page, where all of it is behind the gate. */
  title?: Message;
  children: ReactNode;
}

/** Shows its children to whoever may see them, and says what is lacking to others. */
export function Gate({ permission, title, children }: GateProps) {
  const say = useMessage();
  if (useSession().may(permission)) return children;
  return (
    <SpaceBetween size="m">
      {title ? <Header variant="h1">{say(title)}</Header> : null}
      <NoPermission permission={permission} />
    </SpaceBetween>
  );
}

/** What a page is called as long as it cannot say so itself. */
export const Heading = createContext("");

interface ShownProps<T> {
  of: UseQueryResult<T>;
  /** It is all of the page, its heading too. */
  whole?: boolean;
  children(data: T): ReactNode;
}

/** What was read last stays while it is read again; when that fails the problem stands above it. */
export function Shown<T>({ of, whole = false, children }: ShownProps<T>) {
  const heading = useContext(Heading);
  if (of.data === undefined && of.isPending) return <Loading />;
  const problem = of.error ? asProblem(of.error) : null;
  return (
    <SpaceBetween size="m">
      {whole && problem && of.data === undefined ? <Header variant="h1">{heading}</Header> : null}
      {problem ? <ProblemAlert error={problem} onRetry={() => void of.refetch()} /> : null}
      {of.data === undefined ? null : children(of.data)}
    </SpaceBetween>
  );
}
