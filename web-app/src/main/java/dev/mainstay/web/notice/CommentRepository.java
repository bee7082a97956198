package dev.mainstay.web.notice;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

/** Comments, each notice's newest first. */
interface CommentRepository extends Repository<Comment, UUID> {

  /** How many comments a notice has. */
  interface Count {

    /** The notice's id as the column holds it. */
    byte[] getNotice();

    long getComments();

    default UUID noticeId() {
      ByteBuffer id = ByteBuffer.wrap(getNotice());
      return new UUID(id.getLong(), id.getLong());
    }
  }

  Optional<Comment> findById(UUID id);

  Optional<Comment> findByIdAndNoticeId(UUID id, UUID noticeId);

  List<Comment> findByNoticeIdOrderByCreatedAtDescIdDesc(UUID noticeId, Pageable page);

  int countByNoticeId(UUID noticeId);

  /**
   * The counts of those notices that have any. In SQL: a query with a list is translated from JPQL
   * anew each time, for every page of the board.
   */
  @NativeQuery(
      """
      select notice_id as notice, count(*) as comments
      from comment where notice_id in :notices group by notice_id
      """)
  List<Count> countEach(Collection<UUID> notices);

  Comment save(Comment comment);
}
