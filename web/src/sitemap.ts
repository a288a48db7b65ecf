import type { Page, ResourceTab } from "./app/page";
import { account, accounts } from "./pages/accounts";
import { inventory } from "./pages/inventory";
import { operations } from "./pages/operations";
import { overview } from "./pages/overview";
import { detailsTab, historyTab, nativeTab, relationsTab } from "./pages/resource";

/** Every page of the console, in the order of the navigation. A new one is a folder below `pages/` and a line here. */
export const PAGES: readonly Page[] = [overview, inventory, accounts, account, operations];

/** The tabs of a resource, in their order. */
export const RESOURCE_TABS: readonly ResourceTab[] = [detailsTab, relationsTab, historyTab, nativeTab];
