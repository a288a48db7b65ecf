import type { Page, ResourceTab } from "./app/page";
import { account, accounts, addAccount } from "./pages/accounts";
import { createInstance } from "./pages/create";
import { audit, segments } from "./pages/audit";
import { inventory } from "./pages/inventory";
import { noticeTarget, notices } from "./pages/notices";
import { operations } from "./pages/operations";
import { overview } from "./pages/overview";
import { roles, tokens, users } from "./pages/people";
import { newPlan, plan, plans } from "./pages/plans";
import { recycling, retirements } from "./pages/recycling";
import { detailsTab, historyTab, nativeTab, operationsTab, relationsTab, resource } from "./pages/resource";
import { editSchedule, newSchedule, schedule, schedules } from "./pages/schedules";
import { about, keys, settings } from "./pages/system";
import { quotas, tenantRules, tenants } from "./pages/tenants";

/** Every page of the console, in the order of the navigation. A new one is a folder below `pages/` and a line here. */
export const PAGES: readonly Page[] = [
  overview, inventory, resource, accounts, account, addAccount, createInstance,
  operations,
  // One that is called "new" has to come before the one whose name is a parameter.
  plans, newPlan, plan, recycling, retirements,
  schedules, newSchedule, schedule, editSchedule,
  audit, segments, users, roles, tenants, tenantRules, quotas,
  tokens, notices, noticeTarget, keys, settings, about,
];

/** The tabs of a resource, in their order. */
export const RESOURCE_TABS: readonly ResourceTab[] = [detailsTab, relationsTab, historyTab, operationsTab, nativeTab];
