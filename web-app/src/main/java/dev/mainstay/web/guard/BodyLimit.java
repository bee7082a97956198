package dev.mainstay.web.guard;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses bodies above a size with 413: at once where the length is announced, at the first byte
 * too many where it is not.
 *
 * <p>Forms of unannounced length are bounded by Tomcat itself, which reads them past this filter
 * ({@code server.tomcat.max-http-form-post-size}).
 */
public final class BodyLimit extends OncePerRequestFilter {

  private final int maxBytes;

  public BodyLimit(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getContentLengthLong() > maxBytes) {
      response.sendError(
          HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE,
          "The body has %,d bytes; at most %,d are taken."
              .formatted(request.getContentLengthLong(), maxBytes));
    } else if (request.getContentLengthLong() == -1) {
      chain.doFilter(new Bounded(request, maxBytes), response);
    } else {
      chain.doFilter(request, response);
    }
  }

  /** More bytes came than are taken. */
  public static final class Exceeded extends IOException {

    Exceeded(int maxBytes) {
      super("The body has more than the %,d bytes that are taken.".formatted(maxBytes));
    }
  }

  private static final class Bounded extends HttpServletRequestWrapper {

    private final int maxBytes;

    Bounded(HttpServletRequest request, int maxBytes) {
      super(request);
      this.maxBytes = maxBytes;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new CountedStream(super.getInputStream(), maxBytes);
    }
  }

  private static final class CountedStream extends ServletInputStream {

    private final ServletInputStream body;
    private final int maxBytes;
    private long read;

    CountedStream(ServletInputStream body, int maxBytes) {
      this.body = body;
      this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
      int value = body.read();
      count(value == -1 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = body.read(buffer, offset, length);
      count(Math.max(count, 0));
      return count;
    }

    private void count(int bytes) throws Exceeded {
      read += bytes;
      if (read > maxBytes) {
        throw new Exceeded(maxBytes);
      }
    }

    @Override
    public boolean isFinished() {
      return body.isFinished();
    }

    @Override
    public boolean isReady() {
      return body.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      body.setReadListener(listener);
    }
  }
}
