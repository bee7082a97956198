package dev.mainstay.stack.drill.check;

import dev.mainstay.stack.drill.load.Request;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.drill.watch.Sample;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that was seen while a drill ran, before anybody judges it.
 *
 * @param begun when the site was warm, and the measuring began; requests that ended before are
 *     checked, but not timed
 * @param ended when it was taken off
 * @param requests by the time of their end
 * @param events of the controllers since {@code begun}, by time
 * @param copies of the nodes that could be read afterwards, without the quarantined
 * @param quarantined the nodes that the controllers left out at the end, and why
 * @param divisions how the servers were to share the requests, in a drill that looks at it
 * @param reads what clients saw that wrote and read at once, in a drill that has some
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
    Map<String, String> quarantined,
    List<Division> divisions,
    Optional<ReadYourWrites> reads,
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
    quarantined = Map.copyOf(quarantined);
    divisions = List.copyOf(divisions);
    problems = List.copyOf(problems);
  }

  /** Whether the drill broke this node. */
  boolean broken(String node) {
    return marks.stream()
        .anyMatch(mark -> mark.kind() == Mark.Kind.FAULT && mark.node().equals(node));
  }

  /** The requests that ended while it was measured. */
  public List<Request> measured() {
    return requests.stream().filter(request -> !request.done().isBefore(begun)).toList();
  }
}
