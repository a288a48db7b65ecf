import Button, { type ButtonProps } from "@cloudscape-design/components/button";

import { type Permission, useSession } from "../api/session";
import { useTexts } from "../i18n/use-texts";
import { governingTexts } from "./governing-texts";

interface Props extends ButtonProps {
  permission: Permission;
  /** Why it makes no sense now; the permission counts first. */
  unless?: string;
}

/** Never hidden: whoever may not use it, or not now, is told why. */
export function AllowedButton({ permission, unless = "", ...rest }: Props) {
  const t = useTexts(governingTexts);
  const reason = useSession().may(permission) ? unless : t("mayNot", { permission });
  return <Button {...rest} disabled={reason !== ""} {...(reason ? { disabledReason: reason } : {})} />;
}
