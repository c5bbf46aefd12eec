package io.tallyline.ops.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses bodies that are too large: by their stated length at once, else while they are read. */
final class BoundBodies extends OncePerRequestFilter {
  private final long largest;

  BoundBodies(long largest) {
    this.largest = largest;
  }

  /** More came than was allowed. */
  private static final class BodyTooLarge extends IOException {
    BodyTooLarge(long largest) {
      super("the body is larger than " + largest + " bytes");
    }
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getContentLengthLong() > largest) {
      refuse(response);
      return;
    }
    if (request.getContentLengthLong() >= 0) {
      chain.doFilter(request, response);
      return;
    }
    Counted counted = new Counted(request, largest);
    try {
      chain.doFilter(counted, response);
    } catch (IOException | ServletException | RuntimeException failure) {
      if (!counted.isExceeded() || response.isCommitted()) {
        throw failure;
      }
      response.reset();
      refuse(response);
    }
  }

  private static void refuse(HttpServletResponse response) {
    response.setHeader("Connection", "close");
    response.setStatus(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
  }

  /** A request whose length nobody has stated. */
  private static final class Counted extends HttpServletRequestWrapper {
    private final long largest;
    private long read;

    Counted(HttpServletRequest request, long largest) {
      super(request);
      this.largest = largest;
    }

    boolean isExceeded() {
      return read > largest;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new CountedStream(super.getInputStream(), this);
    }

    @Override
    public BufferedReader getReader() throws IOException {
      Charset charset =
          Optional.ofNullable(getCharacterEncoding())
              .map(Charset::forName)
              .orElse(StandardCharsets.ISO_8859_1);
      return new BufferedReader(new InputStreamReader(getInputStream(), charset));
    }

    private void add(long bytes) throws BodyTooLarge {
      read += Math.max(0, bytes);
      if (isExceeded()) {
        throw new BodyTooLarge(largest);
      }
    }
  }

  private static final class CountedStream extends ServletInputStream {
    private final ServletInputStream source;
    private final Counted request;

    CountedStream(ServletInputStream source, Counted request) {
      this.source = source;
      this.request = request;
    }

    @Override
    public int read() throws IOException {
      int found = source.read();
      request.add(found < 0 ? 0 : 1);
      return found;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int found = source.read(into, offset, length);
      request.add(found);
      return found;
    }

    @Override
    public boolean isFinished() {
      return source.isFinished();
    }

    @Override
    public boolean isReady() {
      return source.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      source.setReadListener(listener);
    }
  }
}
