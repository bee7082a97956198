package dev.mainstay.web.notice;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

/** Notices by id; lists of them are found by {@link NoticeSearch}. */
interface NoticeRepository extends Repository<Notice, UUID> {

  Optional<Notice> findById(UUID id);

  boolean existsById(UUID id);

  Notice save(Notice notice);
}
