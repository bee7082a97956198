package dev.mainstay.stack.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.stack.model.Problem;
import org.junit.jupiter.api.Test;

class WrkTest {

  private static String output(String more) {
    return """
        Running 3s test @ http://127.0.0.1:8080/small
          1 threads and 32 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency     1.21ms  850.99us  50.44ms   99.20%
            Req/Sec    12.06k     2.21k   14.10k    90.00%
          Latency Distribution
             50%  987.00us
             75%    1.46ms
             90%    1.70ms
             99%    2.31ms
          36012 requests in 3.00s, 7.90MB read
        MORERequests/sec:  12001.50
        Transfer/sec:      2.63MB
        """
        .replace("MORE", more);
  }

  @Test
  void whatItCountedIsRead() {
    assertThat(Wrk.read(output(""))).isEqualTo(new Wrk.Count(36012, 12001.5, 987, 2310));
  }

  @Test
  void failedRequestsAreAProblem() {
    assertThatThrownBy(() -> Wrk.read(output("  Non-2xx or 3xx responses: 17\n")))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("Non-2xx or 3xx responses: 17");
    assertThatThrownBy(
            () -> Wrk.read(output("  Socket errors: connect 0, read 3, write 0, timeout 0\n")))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("read 3");
  }

  @Test
  void anythingElseIsAProblemThatShowsIt() {
    assertThatThrownBy(() -> Wrk.read("unable to connect"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("unable to connect");
  }
}
