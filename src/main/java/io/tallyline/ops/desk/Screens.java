package io.tallyline.ops.desk;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.ModelAndView;

/** Hands each page its screen, and shows what cannot be shown as a page that says why. */
@ControllerAdvice(assignableTypes = DeskPage.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class Screens implements HandlerMethodArgumentResolver {
  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == Screen.class;
  }

  @Override
  public Object resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest request,
      @Nullable WebDataBinderFactory binders) {
    return new Screen(
        Objects.requireNonNull(container).getModel(),
        Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class)),
        Objects.requireNonNull(request.getNativeResponse(HttpServletResponse.class)));
  }

  @ExceptionHandler
  ModelAndView refused(
      RuntimeException refused, HttpServletRequest request, HttpServletResponse response) {
    Map<String, Object> model = new HashMap<>();
    new Screen(model, request, response).refuse(refused);
    return new ModelAndView("desk/refused", model);
  }
}
