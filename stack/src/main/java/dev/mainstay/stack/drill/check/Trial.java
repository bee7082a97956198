package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Everything that was seen while a drill ran, before anybody judges it.
 *
 * @param begun when the site was warm, and the measuring began; requests that ended before are
 *     checked, but not timed
 * @param ended when it was taken off
 * @param requests by the time of their end
 * @param events of the controllers since {@code begun}, by time
 * @param copies of the nodes that could be read afterwards
 * @param problems what kept the drill from being run or checked as it should, a sentence each
 */
public record Trial(
    Instant begun,
    Instant ended,
    List<Request> requests,
    List<Mark> marks,
    List<Event> events,
    List<Sample> samples,
    List<Copy> copies,
    List<String> problems) {

  public Trial {
    requests = requests.stream().sorted(Comparator.comparing(Request::done)).toList();
    marks = marks.stream().sorted(Comparator.comparing(Mark::at)).toList();
    events =
        events.stream()
            .filter(event -> !event.at().isBefore(begun))
            .sorted(Comparator.comparing(Event::at))
            .toList();
    samples = List.copyOf(samples);
    copies = List.copyOf(copies);
    problems = List.copyOf(problems);
  }

  /** The requests that ended while it was measured. */
  public List<Request> measured() {
    return requests.stream().filter(request -> !request.done().isBefore(begun)).toList();
  }
}
