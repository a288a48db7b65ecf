import type { Page, ResourceTab } from "./app/page";
import { account, accounts, addAccount } from "./pages/accounts";
import {
  allocationRule, allocationRules, budget, budgets, chargeImport, chargeImports, charges, compare, costMonth, costMonths, costs, costSources, costTab,
  estimate, estimates, forecast, newAllocationRule,
} from "./pages/costs";
import { createInstance } from "./pages/create";
import { audit, segments } from "./pages/audit";
import { findings } from "./pages/findings";
import { inventory } from "./pages/inventory";
import { move, moves } from "./pages/moves";
import { noticeTarget, notices } from "./pages/notices";
import { operations } from "./pages/operations";
import { overview } from "./pages/overview";
import { roles, tokens, users } from "./pages/people";
import { optimization, optimizations } from "./pages/optimizer";
import { locations, place, placement, placements, reservations } from "./pages/placement";
import { newPlan, plan, plans } from "./pages/plans";
import { editPolicy, exceptions, newPolicy, policies, policy, policyLibrary, policyTab, violations } from "./pages/policies";
import { costPool, exchangeRates, newCostPool, priceFetches, priceList, priceLists, prices, rateCard, rateCards, rateRules } from "./pages/prices";
import { recycling, retirements } from "./pages/recycling";
import { detailsTab, historyTab, nativeTab, operationsTab, relationsTab, resource } from "./pages/resource";
import { editSchedule, newSchedule, schedule, schedules } from "./pages/schedules";
import { about, keys, settings } from "./pages/system";
import { quotas, tenantRules, tenants } from "./pages/tenants";
import { editWorkload, newWorkload, workload, workloads } from "./pages/workloads";

/** Every page of the console, in the order of the navigation. A new one is a folder below `pages/` and a line here. */
export const PAGES: readonly Page[] = [
  overview, inventory, resource, accounts, account, addAccount, createInstance,
  operations,
  // One that is called "new" has to come before the one whose name is a parameter.
  plans, newPlan, plan, moves, move, recycling, retirements,
  schedules, newSchedule, schedule, editSchedule,
  workloads, newWorkload, workload, editWorkload, place, placements, placement, optimizations, optimization,
  policies, newPolicy, policyLibrary, policy, editPolicy, violations, exceptions, reservations, locations,
  costs, costSources, charges, findings, compare, estimates, estimate, budgets, budget, forecast,
  allocationRules, newAllocationRule, allocationRule,
  chargeImports, chargeImport, costMonths, costMonth,
  prices, priceLists, priceList, priceFetches, rateRules, exchangeRates, rateCards, rateCard, newCostPool, costPool,
  audit, segments, users, roles, tenants, tenantRules, quotas,
  tokens, notices, noticeTarget, keys, settings, about,
];

/** The tabs of a resource, in their order. */
export const RESOURCE_TABS: readonly ResourceTab[] = [detailsTab, relationsTab, historyTab, operationsTab, costTab, policyTab, nativeTab];
