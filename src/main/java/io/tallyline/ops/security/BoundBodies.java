package io.tallyline.ops.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses bodies that are too large: by their stated length at once; without one, by reading them
 * before anybody else does, so that no handler answers half a body. Stands behind security, so that
 * strangers get nothing read.
 */
final class BoundBodies extends OncePerRequestFilter {
  private final int largest;

  BoundBodies(long largest) {
    this.largest = Math.toIntExact(largest);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getContentLengthLong() > largest) {
      refuse(response);
    } else if (request.getHeader("Transfer-Encoding") == null) {
      chain.doFilter(request, response);
    } else {
      byte[] body = request.getInputStream().readNBytes(largest + 1);
      if (body.length > largest) {
        refuse(response);
      } else {
        chain.doFilter(new Read(request, body), response);
      }
    }
  }

  private static void refuse(HttpServletResponse response) {
    response.setHeader("Connection", "close");
    response.setStatus(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
  }

  /** A request whose body is here already. */
  private static final class Read extends HttpServletRequestWrapper {
    private final byte[] body;

    Read(HttpServletRequest request, byte[] body) {
      super(request);
      this.body = body;
    }

    @Override
    public ServletInputStream getInputStream() {
      return new BodyStream(new ByteArrayInputStream(body));
    }

    @Override
    public BufferedReader getReader() {
      Charset charset =
          Optional.ofNullable(getCharacterEncoding())
              .map(Charset::forName)
              .orElse(StandardCharsets.ISO_8859_1);
      return new BufferedReader(new InputStreamReader(getInputStream(), charset));
    }

    @Override
    public int getContentLength() {
      return body.length;
    }

    @Override
    public long getContentLengthLong() {
      return body.length;
    }
  }

  private static final class BodyStream extends ServletInputStream {
    private final ByteArrayInputStream body;

    BodyStream(ByteArrayInputStream body) {
      this.body = body;
    }

    @Override
    public int read() {
      return body.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return body.read(into, offset, length);
    }

    @Override
    public boolean isFinished() {
      return body.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("the body is here already");
    }
  }
}
