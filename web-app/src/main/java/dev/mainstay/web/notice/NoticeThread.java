package dev.mainstay.web.notice;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** A notice and a page of its comments, the newest first. */
record NoticeThread(@JsonUnwrapped NoticeResource notice, Paged<CommentResource> comments) {}
