package dev.mainstay.web.notice;

import static java.util.stream.Collectors.toMap;

import dev.mainstay.web.idempotency.IdempotencyKey;
import dev.mainstay.web.idempotency.KeyedPosts;
import dev.mainstay.web.idempotency.Posted;
import dev.mainstay.web.problem.Refusal;
import dev.mainstay.web.whoami.ReadOn;
import dev.mainstay.web.whoami.ServerId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.PageRequest;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The notices and their comments, read and written in transactions.
 *
 * <p>A read is one transaction on one node, a replica if there is one, and tells which. A post is
 * one transaction on the primary, done once per key.
 */
@Component
class Board {

  private final NoticeRepository notices;
  private final CommentRepository comments;
  private final NoticeSearch search;
  private final KeyedPosts posts;
  private final ServerId serverId;
  private final InstantSource clock;

  Board(
      NoticeRepository notices,
      CommentRepository comments,
      NoticeSearch search,
      KeyedPosts posts,
      ServerId serverId,
      InstantSource clock) {
    this.notices = notices;
    this.comments = comments;
    this.search = search;
    this.posts = posts;
    this.serverId = serverId;
    this.clock = clock;
  }

  /** The newest notices that hold all the terms. */
  @Transactional(readOnly = true)
  ReadOn<Paged<NoticeSummary>> newest(SearchTerms terms, Paging paging) {
    List<Notice> found = search.newest(terms, paging);
    Map<UUID, Long> counts = commentsOnEach(found);
    List<NoticeSummary> summaries =
        found.stream()
            .map(
                notice ->
                    new NoticeSummary(
                        NoticeResource.of(notice), counts.getOrDefault(notice.id(), 0L)))
            .toList();
    return new ReadOn<>(
        Paged.of(summaries, paging, () -> search.count(terms)), serverId.ofThisTransaction());
  }

  private Map<UUID, Long> commentsOnEach(List<Notice> found) {
    return found.isEmpty()
        ? Map.of()
        : comments.countEach(found.stream().map(Notice::id).toList()).stream()
            .collect(
                toMap(CommentRepository.Count::noticeId, CommentRepository.Count::getComments));
  }

  /** A notice and its comments, if there is such a notice. */
  @Transactional(readOnly = true)
  ReadOn<Optional<NoticeThread>> thread(UUID id, Paging paging) {
    Optional<NoticeThread> thread =
        notices
            .findById(id)
            .map(notice -> new NoticeThread(NoticeResource.of(notice), commentsOn(id, paging)));
    return new ReadOn<>(thread, serverId.ofThisTransaction());
  }

  private Paged<CommentResource> commentsOn(UUID id, Paging paging) {
    return Paged.of(
        comments
            .findByNoticeIdOrderByCreatedAtDescIdDesc(
                id, PageRequest.of(paging.number(), paging.size()))
            .stream()
            .map(CommentResource::of)
            .toList(),
        paging,
        () -> comments.countByNoticeId(id));
  }

  /** A comment on this notice, if there is such a comment. */
  @Transactional(readOnly = true)
  Optional<CommentResource> comment(UUID noticeId, UUID id) {
    return comments.findByIdAndNoticeId(id, noticeId).map(CommentResource::of);
  }

  /** Puts a notice on the board. */
  Posted<NoticeResource> post(IdempotencyKey key, NoticeDraft draft) {
    return posts.post(
        key,
        draft.fingerprint(),
        () -> NoticeResource.of(notices.save(new Notice(draft, now()))),
        NoticeResource::id,
        id -> notices.findById(id).map(NoticeResource::of));
  }

  /** Puts a comment below a notice. */
  Posted<CommentResource> comment(IdempotencyKey key, UUID noticeId, CommentDraft draft) {
    return posts.post(
        key,
        draft.fingerprint(noticeId),
        () -> {
          if (!notices.existsById(noticeId)) {
            throw noSuchNotice();
          }
          return CommentResource.of(comments.save(new Comment(noticeId, draft, now())));
        },
        CommentResource::id,
        id -> comments.findById(id).map(CommentResource::of));
  }

  static Refusal noSuchNotice() {
    return Refusal.notFound("There is no such notice on the board.");
  }

  /** As exact as the database keeps it, so that what is answered now equals what is read later. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
