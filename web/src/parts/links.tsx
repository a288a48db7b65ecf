import { type ReactNode, useCallback } from "react";
import Link, { type LinkProps } from "@cloudscape-design/components/link";
import { useNavigate } from "react-router";

interface Followed {
  preventDefault(): void;
  detail: { href?: string | undefined; external?: boolean | undefined };
}

/** For every `onFollow`: inside the console without loading it anew. */
export function useFollow(): (event: Followed) => void {
  const navigate = useNavigate();
  return useCallback(
    (event) => {
      const { href, external } = event.detail;
      if (!href?.startsWith("/") || external) return;
      event.preventDefault();
      void navigate(href);
    },
    [navigate],
  );
}

interface Props {
  href: string;
  children: ReactNode;
  variant?: LinkProps.Variant;
  fontSize?: LinkProps.FontSize;
}

export function Inside({ href, children, variant, fontSize }: Props) {
  const follow = useFollow();
  return (
    <Link href={href} onFollow={follow} {...(variant ? { variant } : {})} {...(fontSize ? { fontSize } : {})}>
      {children}
    </Link>
  );
}
