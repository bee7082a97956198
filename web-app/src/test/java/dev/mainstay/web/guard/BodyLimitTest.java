package dev.mainstay.web.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class BodyLimitTest {

  private final BodyLimit limit = new BodyLimit(10);
  private final MockHttpServletResponse response = new MockHttpServletResponse();
  private final MockFilterChain chain = new MockFilterChain();

  @Test
  void whatFitsPasses() throws Exception {
    limit.doFilter(withBody(10), response, chain);

    assertThat(response.getStatus()).isEqualTo(200);
    assertThat(chain.getRequest()).isNotNull();
  }

  @Test
  void anAnnouncedByteTooManyIsRefusedUnread() throws Exception {
    limit.doFilter(withBody(11), response, chain);

    assertThat(response.getStatus()).isEqualTo(413);
    assertThat(chain.getRequest()).isNull();
  }

  @Test
  void anUnannouncedByteTooManyBreaksTheReading() throws Exception {
    limit.doFilter(chunked(11), response, chain);

    assertThatExceptionOfType(BodyLimit.Exceeded.class)
        .isThrownBy(() -> seen().getInputStream().readAllBytes());
  }

  @Test
  void anUnannouncedBodyThatFitsIsRead() throws Exception {
    limit.doFilter(chunked(10), response, chain);

    assertThat(seen().getInputStream().readAllBytes()).hasSize(10);
  }

  private HttpServletRequest seen() {
    return (HttpServletRequest) java.util.Objects.requireNonNull(chain.getRequest());
  }

  private static MockHttpServletRequest withBody(int bytes) {
    var request = new MockHttpServletRequest("POST", "/api/notices");
    request.setContent(new byte[bytes]);
    return request;
  }

  /** A body whose length no header tells. */
  private static MockHttpServletRequest chunked(int bytes) {
    var request =
        new MockHttpServletRequest("POST", "/api/notices") {
          @Override
          public long getContentLengthLong() {
            return -1;
          }
        };
    request.setContent(new byte[bytes]);
    return request;
  }
}
