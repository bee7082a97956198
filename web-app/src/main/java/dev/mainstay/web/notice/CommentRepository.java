package dev.mainstay.web.notice;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** Comments, each notice's newest first. */
interface CommentRepository extends Repository<Comment, UUID> {

  /** How many comments a notice has. */
  record Count(UUID noticeId, long comments) {}

  Optional<Comment> findById(UUID id);

  Optional<Comment> findByIdAndNoticeId(UUID id, UUID noticeId);

  List<Comment> findByNoticeIdOrderByCreatedAtDescIdDesc(UUID noticeId, Pageable page);

  int countByNoticeId(UUID noticeId);

  /** The counts of those notices that have any. */
  @Query(
      """
      select new dev.mainstay.web.notice.CommentRepository$Count(c.noticeId, count(c))
      from Comment c where c.noticeId in :notices group by c.noticeId
      """)
  List<Count> countEach(Collection<UUID> notices);

  Comment save(Comment comment);
}
