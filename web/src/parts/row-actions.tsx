import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Permission } from "../api/session";
import { AllowedButton } from "./allowed-button";

interface Props {
  permission: Permission;
  /** What the row is called, for whoever hears the buttons only. */
  name: string;
  does: readonly { text: string; run(): void }[];
}

/** What can be done with a row, at its end. */
export function RowActions({ permission, name, does }: Props) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {does.map(({ text, run }) => (
        <AllowedButton key={text} permission={permission} variant="inline-link" ariaLabel={`${text}: ${name}`} onClick={run}>
          {text}
        </AllowedButton>
      ))}
    </SpaceBetween>
  );
}
