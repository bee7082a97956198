package dev.mainstay.db.controller.plan;

import dev.mainstay.db.failover.Step;
import java.util.List;

/** A plan's tasks without their reasons: {@code db-2 Follow db-1 acker}. */
final class Acts {
  private Acts() {}

  static List<String> acts(Plan plan) {
    return plan.tasks().stream().map(task -> task.node() + " " + words(task)).toList();
  }

  private static String words(Task task) {
    return switch (task) {
      case Task.MakeBlank _ -> "MakeBlank";
      case Task.Found found -> "Found " + found.clusterId();
      case Task.Provision _ -> "Provision";
      case Task.Turn(Step.Follow follow) ->
          "Follow " + follow.source() + (follow.acker() ? " acker" : "");
      case Task.Turn(Step.Resume resume) -> "Resume" + (resume.acker() ? " acker" : "");
      case Task.Turn(Step.TakeOffice take) -> "TakeOffice " + take.epoch();
      case Task.Turn(Step.RecordAckers record) -> "RecordAckers " + record.epoch();
      case Task.Turn(Step step) -> step.getClass().getSimpleName();
    };
  }
}
