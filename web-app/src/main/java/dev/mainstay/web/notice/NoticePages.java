package dev.mainstay.web.notice;

import dev.mainstay.web.idempotency.IdempotencyKey;
import dev.mainstay.web.idempotency.Posted;
import dev.mainstay.web.whoami.ReadOn;
import dev.mainstay.web.whoami.Route;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.lang.reflect.RecordComponent;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.validation.BindingResult;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/**
 * The board for people.
 *
 * <p>Each form's action carries the key of the one post that it can make, so that a form sent twice
 * posts once. A form that cannot be taken is shown again with what was typed and, at each field,
 * what is wrong with it.
 */
@Controller
class NoticePages {

  private static final int NOTICES_A_PAGE = 20;
  private static final int COMMENTS_A_PAGE = 50;

  private final Board board;
  private final Route route;
  private final InstantSource clock;

  NoticePages(Board board, Route route, InstantSource clock) {
    this.board = board;
    this.route = route;
    this.clock = clock;
  }

  /**
   * A form as it is shown: what was typed, what is wrong with it by field (in their order), and the
   * key of its post.
   */
  record Form<D>(D draft, Map<String, String> errors, IdempotencyKey key) {

    static <D> Form<D> blank(D draft) {
      return new Form<>(draft, Map.of(), IdempotencyKey.random());
    }

    /** To be corrected. Nothing was posted, so the key is as good as new. */
    static <D extends Record> Form<D> rejected(D draft, BindingResult result, IdempotencyKey key) {
      Map<String, String> errors = new LinkedHashMap<>();
      for (RecordComponent field : draft.getClass().getRecordComponents()) {
        FieldError error = result.getFieldError(field.getName());
        if (error != null) {
          errors.put(field.getName(), String.valueOf(error.getDefaultMessage()));
        }
      }
      return new Form<>(draft, errors, key);
    }
  }

  @GetMapping("/")
  ModelAndView newest(
      @RequestParam(defaultValue = "") String q,
      @RequestParam(defaultValue = "0") int page,
      HttpServletRequest request) {
    return boardPage(q, page, Form.blank(NoticeDraft.BLANK), HttpStatus.OK, request);
  }

  /** Where a reload of a rejected form's page leads. */
  @GetMapping("/notices")
  ResponseEntity<Void> notices() {
    return seeOther("/");
  }

  @PostMapping(path = "/notices", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  Object post(
      IdempotencyKey key,
      @Valid @ModelAttribute NoticeDraft draft,
      BindingResult result,
      HttpServletRequest request) {
    if (result.hasErrors()) {
      return boardPage("", 0, Form.rejected(draft, result, key), HttpStatus.BAD_REQUEST, request);
    }
    return switch (board.post(key, draft)) {
      case Posted.Created<NoticeResource>(NoticeResource notice) -> posted(notice);
      case Posted.Replayed<NoticeResource>(NoticeResource notice) -> posted(notice);
      case Posted.KeyReused<NoticeResource>(Optional<NoticeResource> earlier) ->
          boardPage("", 0, Form.blank(draft), HttpStatus.UNPROCESSABLE_CONTENT, request)
              .addObject("reused", true)
              .addObject("earlier", earlier.map(NoticeResource::path).orElse(null));
    };
  }

  @GetMapping("/notices/{id}")
  ModelAndView notice(
      @PathVariable UUID id,
      @RequestParam(defaultValue = "0") int page,
      HttpServletRequest request) {
    return noticePage(id, page, Form.blank(CommentDraft.BLANK), HttpStatus.OK, request);
  }

  @GetMapping("/notices/{id}/comments")
  ResponseEntity<Void> comments(@PathVariable UUID id) {
    return seeOther("/notices/" + id);
  }

  @PostMapping(
      path = "/notices/{id}/comments",
      consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
  Object comment(
      IdempotencyKey key,
      @PathVariable UUID id,
      @Valid @ModelAttribute CommentDraft draft,
      BindingResult result,
      HttpServletRequest request) {
    if (result.hasErrors()) {
      return noticePage(id, 0, Form.rejected(draft, result, key), HttpStatus.BAD_REQUEST, request);
    }
    return switch (board.comment(key, id, draft)) {
      case Posted.Created<CommentResource>(CommentResource comment) -> posted(comment);
      case Posted.Replayed<CommentResource>(CommentResource comment) -> posted(comment);
      case Posted.KeyReused<CommentResource>(Optional<CommentResource> earlier) ->
          noticePage(id, 0, Form.blank(draft), HttpStatus.UNPROCESSABLE_CONTENT, request)
              .addObject("reused", true)
              .addObject(
                  "earlier", earlier.map(comment -> "/notices/" + comment.noticeId()).orElse(null));
    };
  }

  private ModelAndView boardPage(
      String q, int page, Form<NoticeDraft> form, HttpStatus status, HttpServletRequest request) {
    ReadOn<Paged<NoticeSummary>> read =
        board.newest(SearchTerms.of(q), new Paging(page, NOTICES_A_PAGE));
    return page("board", status, request, read)
        .addObject("q", q.strip())
        .addObject("board", read.value())
        .addObject("form", form);
  }

  private ModelAndView noticePage(
      UUID id, int page, Form<CommentDraft> form, HttpStatus status, HttpServletRequest request) {
    ReadOn<Optional<NoticeThread>> read = board.thread(id, new Paging(page, COMMENTS_A_PAGE));
    NoticeThread thread = read.value().orElseThrow(Board::noSuchNotice);
    return page("notice", status, request, read)
        .addObject("notice", thread.notice())
        .addObject("comments", thread.comments())
        .addObject("form", form);
  }

  private ModelAndView page(
      String view, HttpStatus status, HttpServletRequest request, ReadOn<?> read) {
    ModelAndView page = new ModelAndView(view, status);
    page.addObject("servedBy", route.of(request, read));
    page.addObject("ago", new Ago(clock.instant()));
    return page;
  }

  private static ResponseEntity<Void> posted(NoticeResource notice) {
    return seeOther(notice.path() + "#posted");
  }

  /** The newest comments come first, so the first page holds it; the browser goes to it. */
  private static ResponseEntity<Void> posted(CommentResource comment) {
    return seeOther("/notices/%s#comment-%s".formatted(comment.noticeId(), comment.id()));
  }

  /** Relative to this site, so that it leads back through whichever gateway the request came. */
  private static ResponseEntity<Void> seeOther(String path) {
    return ResponseEntity.status(HttpStatus.SEE_OTHER).header(HttpHeaders.LOCATION, path).build();
  }
}
