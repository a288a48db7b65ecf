import type { Page } from "../../app/page";

export const schedules: Page = {
  path: "/schedules",
  title: { en: "Schedules", zh: "定时任务" },
  section: "work",
  permission: "schedule.read",
  help: {
    heading: { en: "Schedules", zh: "定时任务" },
    paragraphs: [
      {
        en: "At its times a schedule looks which resources its filter finds then, and asks for its action for each. It acts as whoever wrote it last, with the rights they have then.",
        zh: "定时任务到期时，按筛选条件查找当时的资源，并对每个资源发起操作。任务以最后修改者的身份及其当时的权限执行。",
      },
    ],
  },
  load: () => import("./list"),
};

export const newSchedule: Page = {
  path: "/schedules/new",
  title: { en: "New schedule", zh: "新建定时任务" },
  above: "/schedules",
  permission: "schedule.write",
  load: () => import("./create"),
};

export const schedule: Page = {
  path: "/schedules/:schedule",
  title: { en: "Schedule", zh: "定时任务" },
  above: "/schedules",
  permission: "schedule.read",
  load: () => import("./schedule"),
};

export const editSchedule: Page = {
  path: "/schedules/:schedule/edit",
  title: { en: "Edit", zh: "编辑" },
  above: "/schedules/:schedule",
  permission: "schedule.write",
  load: () => import("./edit"),
};
